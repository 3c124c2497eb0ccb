"""Masks of what is asked and traced, as workspaces want them at the moment."""

from collections.abc import Callable
from dataclasses import dataclass

from contracts.content import ChatModel
from contracts.judging import Judge
from contracts.personal import MaskScope, PersonalDataFinder
from contracts.policy import ReadPlan
from inference.masked_models import MaskedChat, MaskedJudge
from inference.pseudonyms import Masker


@dataclass(frozen=True, slots=True)
class Masking:
    """Puts masks before models and traces where the read plan says so."""

    finder: PersonalDataFinder
    plans: Callable[[], ReadPlan]

    def chat(self, workspace: str, chat: ChatModel) -> ChatModel:
        """Give a chat model as it may be used for a workspace's documents."""
        wanted = MaskScope.PROMPTS in self.plans().masks(workspace)
        return MaskedChat(chat, self.finder) if wanted else chat

    def common_chat(self, chat: ChatModel) -> ChatModel:
        """Give one as it may be used for any workspace's."""
        return MaskedChat(chat, self.finder) if self._anywhere() else chat

    def judge(self, judge: Judge) -> Judge:
        """Give a judge as it may look at any workspace's answers."""
        return MaskedJudge(judge, self.finder) if self._anywhere() else judge

    def traced(self, workspace: str, text: str) -> str:
        """Give a text as a workspace's traces may keep it."""
        wanted = MaskScope.TRACES in self.plans().masks(workspace)
        return Masker(self.finder)(text) if wanted else text

    def _anywhere(self) -> bool:
        return any(MaskScope.PROMPTS in scopes for scopes in self.plans().masking.values())
