"""Function words: what a sentence has because of its grammar, and not of what it is about."""

from collections.abc import Mapping
from typing import Final

FUNCTION_WORDS: Final[Mapping[str, str]] = {
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
"""By language, separated by blanks, spelled as they are written."""
