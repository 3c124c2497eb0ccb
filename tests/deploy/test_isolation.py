"""The test run itself reaches nothing but this machine."""

import socket

import pytest
import pytest_socket


def test_connecting_elsewhere_is_refused() -> None:
    with (
        pytest.warns(UserWarning, match="192.0.2.1"),
        pytest.raises(pytest_socket.SocketConnectBlockedError),
    ):
        socket.create_connection(("192.0.2.1", 9), timeout=1)
