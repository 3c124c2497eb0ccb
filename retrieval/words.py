"""Words as two texts can share them: folded, without accents and endings, function words aside."""

import re
import unicodedata

STEM_LETTERS = 5
"""Letters kept of a word. Cutting at a fixed length does the work of a stemmer for comparing a
question with a sentence, in every alphabet alike (McNamee, Nicholas, Mayfield: "Addressing
morphological variation in alphabetic languages", SIGIR 2009)."""

_WORD = re.compile(r"\w+")
_ACCENT = re.compile("[\u0300-\u036f]")

FUNCTION_WORDS = {
    "fr": """
        a ai ainsi afin après as au aucun aucune auprès aussi autre autres aux avant avec avez avoir
        avons ayant bien c ça car ce ceci cela celle celles celui ces cet cette ceux chaque chez ci
        combien comme comment d dans de depuis des donc dont du elle elles en encore entre es est
        et était étaient été être eu eux faire fait faut fut furent il ils j je l la là laquelle le
        lequel les lesquelles lesquels leur leurs lors lui m ma mais me même mes moi mon n ne ni
        nos notre nous on ont ou où par parce pas pendant peut peuvent plus plusieurs pour pourquoi
        puis qu quand que quel quelle quelles quels qui quoi s sa sans se sera ses si soit son sont
        sous sur t ta te tes toi ton tous tout toute toutes très tu un une va vers vos votre vous y
    """,
    "en": """
        a about after all also am an and any are as at be because been before being between both
        but by can could d did do does doing done during each for from had has have having he her
        here hers him his how i if in into is it its itself just ll many may me might more most
        much must my no nor not of off on once only or other our out over own s shall she should
        so some such t than that the their them then there these they this those through to too
        under until up upon us very was we were what when where which while who whom whose why
        will with would you your
    """,
    "ru": """
        а без более бы был была были было быть в вам вас весь во вот все всего всех вы где да для
        до его ее если есть еще же за здесь и из или им их к как какая какие какими каких какого
        какое какой каком какому какую когда кого ком кому которая которого которое которой
        которую которые который которых кто куда ли либо между меня мне многих много мой мы на над
        наш не него нее нет ни них но ну о об один одна одно он она они оно от откуда по под после
        потому почему при про с само свое своего своей своих свой себя сколько со так также такая
        такой там те тем то того той только том тот ты у уже чего чей чем через что чтобы чье чья
        эта эти это этого этой этом этот эту я является
    """,
}
"""Words that a question has because of its grammar; what it is about is in the others."""


def folded(text: str) -> list[str]:
    """Give the words in order: case and accents folded, ligatures undone."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return _WORD.findall(_ACCENT.sub("", plain))


_FUNCTION = {language: frozenset(folded(words)) for language, words in FUNCTION_WORDS.items()}
_ANY_FUNCTION = frozenset().union(*_FUNCTION.values())


def stems(text: str) -> set[str]:
    """Give the beginnings of all words of a text."""
    return {word[:STEM_LETTERS] for word in folded(text)}


def content(question: str) -> list[str]:
    """Give the stems of what a question is about, once each; of all its words if nothing else."""
    words = folded(question)
    about = [word for word in words if word not in _ANY_FUNCTION] or words
    return list(dict.fromkeys(word[:STEM_LETTERS] for word in about))


def grammar(text: str) -> str | None:
    """Tell the language by its function words; None when no language has most of them."""
    words = folded(text)
    counts = sorted(
        ((sum(word in own for word in words), language) for language, own in _FUNCTION.items()),
        reverse=True,
    )
    (most, language), (second, _) = counts[:2]
    return language if most > second else None
