"""Models behind masks: what they are shown, and what comes back."""

from collections.abc import Collection, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.content import ChatModel, Message, Spent
from contracts.errors import ModelUnavailable
from contracts.judging import Case, Judge, Judgement
from inference.masked_models import MaskedChat, MaskedJudge
from inference.personal import RuleFinder
from inference.pseudonyms import Masker, Pseudonyms, ready
from tests.fakes.inference import ScriptedChat

FINDER = RuleFinder()
MAIL, IBAN, PHONE = "anna@exemple.fr", "FR76 3000 6000 0112 3456 7890 189", "06 12 34 56 78"


def asked(*texts: str) -> list[Message]:
    return [Message("user", text) for text in texts]


async def said(chat: ChatModel, *texts: str, tokens: int = 1000) -> str:
    return "".join([piece async for piece in chat.stream(asked(*texts), max_tokens=tokens)])


def test_a_mask_names_the_kinds_and_masks_no_more_the_second_time() -> None:
    masker = Masker(FINDER)
    once = masker(f"Écrivez à {MAIL}, virez sur {IBAN} avant le 12/03/2024.")
    assert once == "Écrivez à [EMAIL], virez sur [IBAN] avant le 12/03/2024."
    assert masker(once) == once


def test_pseudonyms_tell_values_apart_and_know_one_in_another_spelling() -> None:
    names = Pseudonyms(FINDER)
    assert names.hide(f"{MAIL}, bob@exemple.fr, {PHONE}") == "[EMAIL-1], [EMAIL-2], [PHONE-1]"
    assert names.hide("ANNA@exemple.fr ou 06.12.34.56.78 ?") == "[EMAIL-1] ou [PHONE-1] ?"
    assert (
        names.restore("[PHONE-1]; [email-2]; [IBAN-1]; [1]")
        == f"{PHONE}; bob@exemple.fr; [IBAN-1]; [1]"
    )


@given(st.lists(st.sampled_from([MAIL, IBAN, PHONE, "[EMAIL-1", "texte ", " [1] ", "\n"])))
def test_what_is_hidden_comes_back(pieces: list[str]) -> None:
    text = " ".join(pieces)
    names = Pseudonyms(FINDER)
    hidden = names.hide(text)
    assert MAIL not in hidden
    assert IBAN not in hidden
    assert names.restore(hidden) == text


async def test_the_model_sees_no_value_and_the_reader_sees_it() -> None:
    inner = ScriptedChat(["Écrivez à [EMAIL-1] [1]."], model="writer")
    chat = MaskedChat(inner, FINDER)
    answer = await said(chat, f"Passage : {MAIL}, {PHONE}.", f"Qui a {PHONE} ?")
    assert answer == f"Écrivez à {MAIL} [1]."
    assert [one.content for one in inner.asked[0]] == [
        "Passage : [EMAIL-1], [PHONE-1].",
        "Qui a [PHONE-1] ?",
    ]
    assert chat.model == "writer"


@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_a_pseudonym_in_pieces_comes_back_whole(size: int) -> None:
    text = "A [EMAIL-1], [PHONE-1] [1] and [2], [see below] [EMAIL-1]. [EMAIL-"
    inner = ScriptedChat([text[i : i + size] for i in range(0, len(text), size)])
    answer = await said(MaskedChat(inner, FINDER), f"{MAIL} {PHONE}")
    assert answer == f"A {MAIL}, {PHONE} [1] and [2], [see below] {MAIL}. [EMAIL-"


async def test_other_words_do_not_wait_for_a_pseudonym() -> None:
    inner = ScriptedChat(["Deux mots", " [1", "] et [EMA", "IL-1]"])
    pieces = [p async for p in MaskedChat(inner, FINDER).stream(asked(MAIL), max_tokens=9)]
    assert pieces == ["Deux mots", " [1", "] et ", MAIL]


@given(st.lists(st.sampled_from(["[", "E", "EMAIL", "EMAIL-1", "-", "1", "12", "]", "x", " "])))
def test_in_whatever_pieces_it_comes_it_reads_the_same(pieces: list[str]) -> None:
    names = Pseudonyms(FINDER)
    names.hide(MAIL)
    held = read = ""
    for piece in pieces:
        held += piece
        end = ready(held)
        read += names.restore(held[:end])
        held = held[end:]
    assert read + held == names.restore("".join(pieces))


async def test_a_call_that_is_given_up_ends_and_one_that_fails_says_so() -> None:
    inner = ScriptedChat(["one ", "two"])
    stream = MaskedChat(inner, FINDER).stream(asked("x"), max_tokens=9)
    assert await anext(stream) == "one "
    await stream.aclose()  # type: ignore[attr-defined]  # likewise
    assert inner.closed == 1
    inner.down = True
    with pytest.raises(ModelUnavailable):
        await said(MaskedChat(inner, FINDER), "x")


async def test_tokens_are_counted_as_the_model_counts_them() -> None:
    spent = Spent()
    stream = MaskedChat(ScriptedChat(["a", "b"]), FINDER).stream(
        asked("one two"), max_tokens=9, spent=spent
    )
    assert [piece async for piece in stream] == ["a", "b"]
    assert spent == {"input": 2, "output": 2}


class NotingJudge:
    """Keeps what it is shown."""

    def __init__(self) -> None:
        self.seen: list[Case] = []

    @property
    def pins(self) -> Mapping[str, str]:
        return {"model": "m"}

    async def judge(
        self, cases: Sequence[Case], metrics: Collection[str]
    ) -> list[dict[str, Judgement]]:
        self.seen += cases
        return [{metric: Judgement(1.0) for metric in metrics} for _ in cases]


async def test_a_judge_compares_the_same_pseudonyms() -> None:
    inner = NotingJudge()
    judge: Judge = MaskedJudge(inner, FINDER)
    case = Case(f"Qui est {MAIL} ?", f"{MAIL} : {PHONE}", (PHONE, IBAN), ("doc",), IBAN, (MAIL,))
    assert await judge.judge([case, Case("bob@exemple.fr")], ["m"]) == [{"m": Judgement(1.0)}] * 2
    assert inner.seen == [
        Case(
            "Qui est [EMAIL-1] ?",
            "[EMAIL-1] : [PHONE-1]",
            ("[PHONE-1]", "[IBAN-1]"),
            ("doc",),
            "[IBAN-1]",
            ("[EMAIL-1]",),
        ),
        Case("[EMAIL-1]"),
    ]
    assert judge.pins == {"model": "m", "masked": "personal data"}
