"""Sentences of our own in which a charged word is harmless: denied, regretted, reported, objected to, meant otherwise;
with their opposites, so that the words themselves stay what they are.

They teach pairs of words and contexts, which is how far an additive model can learn from them. The fairness list of the
tests was written apart from these, in other sentences.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

_ADJECTIVES: Final = (
    "stupid", "dumb", "pathetic", "ignorant", "lazy", "ugly", "crazy", "worthless", "useless", "disgusting",
    "ridiculous", "foolish", "selfish", "evil", "sick", "gross", "incompetent", "idiotic", "moronic", "weak", "fat",
    "insane", "cowardly", "dishonest", "childish", "annoying", "mean", "rude", "nasty", "awful", "retarded", "silly",
    "filthy", "corrupt", "racist", "sexist", "clueless", "delusional", "hateful", "vile", "shitty", "fucking stupid",
)  # fmt: skip
_NOUNS: Final = (
    "idiot", "moron", "fool", "loser", "liar", "coward", "clown", "jerk", "bigot", "racist", "hypocrite", "troll",
    "pig", "creep", "monster", "thug", "traitor", "criminal", "terrorist", "nazi", "bitch", "asshole", "bastard",
    "scumbag", "cheat", "fraud", "snob", "brat", "failure", "disgrace", "whore", "slut", "retard", "freak", "rat",
    "imbecile", "psycho", "lunatic", "crook", "dumbass", "fascist", "parasite",
)  # fmt: skip
_ONES: Final = (
    "gay man", "lesbian", "trans woman", "transgender person", "bisexual", "Muslim", "Jew", "Christian", "Catholic",
    "Hindu", "Buddhist", "atheist", "Sikh", "black man", "black woman", "white man", "Asian woman", "Mexican",
    "African", "Arab", "Chinese student", "Indian", "immigrant", "refugee", "foreigner", "woman", "disabled person",
    "blind man", "deaf woman", "gypsy", "homosexual", "Pakistani", "Turk", "Palestinian", "feminist", "Mormon",
)  # fmt: skip
_MANY: Final = (
    "gays", "lesbians", "trans people", "transgender people", "bisexuals", "Muslims", "Jews", "Christians",
    "Catholics", "Hindus", "Buddhists", "atheists", "Sikhs", "black people", "blacks", "white people", "Asians",
    "Mexicans", "Africans", "Arabs", "Chinese people", "Indians", "immigrants", "refugees", "foreigners", "women",
    "disabled people", "blind people", "deaf people", "gypsies", "homosexuals", "Pakistanis", "Turks",
    "Palestinians", "feminists", "Mormons", "men", "old people", "autistic kids", "migrants",
)  # fmt: skip

_HARMLESS_ADJECTIVE: Final = """
you are not {}|you're not {}|she is not {}|that is not {} at all|nobody here is {}|we aren't {}|he isn't {}
they are not {} people|they aren't {}|it is not a {} question|there's nothing {} about it|she was never {}
I don't think you are {}|I do not believe that he's {}|no one is {} for trying|not all of them are {}
sorry I was {}|sorry for being {}|I was {} back then|I feel {} today|I am so {} sometimes|I felt {} afterwards
my comment was {} sorry|it was {} of me|I was too {} to see it|I'm {} with names|we were young and {}
my {} mistake|my {} old car finally died|I look {} in the mirror|how {} I was to believe that|I admit I was being {}
please don't call people {}|stop calling her {}|they called me {}|he said I was {}|don't say that people are {}
is it {} to ask|saying that women are {} is wrong|nobody should be called {}|the article quotes him saying "{}"
she wrote "{}" on the wall|the word "{}" was in the headline|"{}" is how he described the other side, the paper says
he shouted "you are {}" at the driver and left|my teacher used to call us "{}"|he apologised for calling them {}
it hurts when somebody calls you {}|it's not okay to tell kids that they are {}|you can disagree without being {}
why would anyone call a nurse {}|the weather is {} today|this film is {} but fun|what a {} coincidence
the plot was {} and the acting was fine|my {} dog ate my homework|the traffic was {} this morning
"""
_HARMFUL_ADJECTIVE: Final = """
you are {}|she is {}|you are so {}|what a {} person|you {} people|they are all {}|you're just {}|you {} man
how {} can you be|I think you are {}|I can't believe how {} you are|your {} comment|you sound {}|he is a {} man
not only {} but proud of it, that's you|you and your {} friends|I hate you, you are {}|the writer of this is {}
everybody who voted for him is {}|don't be so {}|"{}" is too kind a word for you|stop being so {}
"""
_HARMLESS_NOUN: Final = """
you are not a {}|you're no {}|he is no {}|she isn't a {}|we are not {}s|they aren't {}s|he was never a {}
I don't think he is a {}|nobody said you are a {}|I would not call her a {}|not every one of them is a {}
he's not some {}
I was such a {} sorry|I felt like a {}|I am a {} for missing that|I'm a {} when it comes to maths|what a {} I was
I am such a {} sometimes|I'm the {} of this story|sorry, I acted like a {}|me, the {} who forgot the keys
we looked like {}s out there|I made myself look like a {}|I called myself a {} all day
please don't call anyone a {}|stop calling him a {}|someone called me a {}|he wrote that I was a {}
nobody deserves to be called a {}|calling people {}s is wrong|I never said {}|why do you call them {}s
the word "{}" is an insult|he shouted "{}" at the driver, the court heard|the headline says "{}"
they wrote "{}" on his door
"{}" was sprayed on the shop|she told the judge that he had called her a "{}"|the novel "The {}" was reviewed here
the song "{}" is from 1979|my son was called a {} at school and cried|the minister called the reporter a {}
the paper was right to remove the word {}|if you call others {}s you will be banned|do not use words like {}
being called a {} every day hurts|in the play he plays a {}|the film is about a {} who finds his family
"""
_HARMFUL_NOUN: Final = """
you are a {}|you {}|what a {}|he is a {}|shut up you {}|they are all {}s|you are such a {}|she is a {}
go away you {}|look at this {}|I think you're a {}|only a {} would write this|typical {}|you {}s make me sick
the author is a {}|I hope you lose your job, {}|this {} should resign|you are nothing but a {}|hey {}, shut it
he's a {} and everybody knows it|don't be such a {}|another {} who can't read|thanks for nothing, {}
"""
_HARMLESS_ONE: Final = """
I am a {}|I'm a {} and proud of it|I am proud to be a {}|my neighbour is a {}|a {} lives next door|as a {} I agree
my best friend is a {}|she married a {}|the new mayor is a {}|he is a {}, so what|I was taught by a {}
my daughter wants to be treated as any other {}|a {} won the race|the story of a {} in our town
being a {} is nothing to be ashamed of|I am a {} and I love this paper|they helped a {} across the street
"""
_HARMFUL_ONE: Final = """
never trust a {}|I would never hire a {}|no {} should be allowed to vote|a {} is not a real human|shut up, you {}
every {} is a criminal|get out of here, {}|nobody wants a {} here|I'd rather die than marry a {}|dirty {}
"""
_HARMLESS_MANY: Final = """
{} deserve the same rights|{} live here too|many {} work in this hospital|{} are people like you and me|I love {}
the history of {} in this country|most {} I know are kind|{} and their families came to the party|more {} vote now
we need more {} in the council|hate against {} is wrong|stop attacking {}|don't insult {}|{} are welcome here
it is not true that {} are criminals|saying that {} are lazy is a lie|nobody should hate {}|I do not hate {}
I can't stand people who hate {}|attacks on {} went up last year|the law protects {}|a film about {} won the prize
violence against {} must end|the study asked 400 {}|some {} agree with the plan and some {} do not|{} built this town
he was sentenced for threatening {}|the article about {} was interesting|{} read this paper as well
"""
_HARMFUL_MANY: Final = """
{} are disgusting|I hate {}|I hate all {}|{} should be deported|all {} are criminals|{} are vermin|{} are not human
get rid of the {}|{} don't belong here|no more {} in my country|kill all {}|{} are ruining this country
{} are inferior|I can't stand {}|{} are a plague|we should lock up {}|{} make me sick|those {} are animals
{} deserve to die|send the {} back|{} are all thieves|{} are too stupid to vote|never let {} near your kids
the world would be better without {}|{} are the scum of the earth|I wish all {} would disappear|{} are liars
"""

#: Harmless uses of words that are charged elsewhere.
_ORDINARY: Final = """
kill the process and start it again|my phone died on the way|the battery is dead|that killed the mood|dead on arrival
hell yes|what the hell happened to summer|damn this is good|that was a damn fine goal|holy crap it works
crap, wrong thread|this sucks, the show was cancelled|it sucks to be ill at Christmas|my team sucks this year
the movie was sick, in a good way|that trick was sick|I laughed my ass off|get your ass over here, dinner is ready
hard-ass training pays off|the donkey, or ass, carried the load|a smart-ass remark, but a funny one|freezing my ass off
shit, I forgot the milk|no shit, it rains in London|holy shit that was close|this is the shit, best album of the year
fuck yes, we won|this is fucking awesome|that was fucking brilliant|fuck, I missed the bus|I fucking love this song
the cock is a male bird|Hitchcock made that film|he was shot by the police|the shooting lasted an hour
shoot me a message
the photographer shot the wedding|they shot the film in Spain|the murder was never solved|the victim was stabbed
the court heard how he was beaten|rape is a crime|the rapist was sentenced to ten years|the bomb failed to explode
nuclear waste is dirty|dirty dishes again|the dog was fat and happy|fat free milk|low fat yoghurt|saturated fats are bad
blind tasting of wine|the blind spot in the mirror|a deaf ear|dumb luck|a dumb phone is enough for me|dumb down the text
a crazy good recipe|crazy weather|crazy prices|insane view from up there|stupidly cheap flights|stupid cold weather
the ugly duckling|an ugly scar|ugly concrete buildings|trash is collected on Mondays|garbage in, garbage out
garbage collection in Java|recycle your trash|rubbish day moved to Friday|the pig farm was sold|pigs are clever animals
a rat in the kitchen|the snake bit him|dogs bark|the bitch had five puppies|a female dog is called a bitch
the clown made the children laugh|a circus clown|tit for tat|a blue tit in the garden|great tits are small birds
breast milk is best|chicken breast in lemon|same sex couples|the sex of the baby|safe sex
the vagina is a muscular canal|penis size in mammals varies|anal glands of dogs|a doctor checks the testicles
screw the lid on|blow out the candles|suck the poison out|a vacuum cleaner sucks
lick the spoon|kiss the bride|kick the ball|beat the eggs|hit the road|strike the iron|stab in the dark|shut the door
the shop is shut|shut down the computer|the trial of the nazi doctors|nazi germany lost the war
Hitler came to power in 1933
the terrorist attack killed twelve|slavery was abolished|the slave trade|racism is a problem|the racist law was repealed
sexism in sport|homophobia is real|he denies the racism claims|corrupt officials were charged|corruption is widespread
lies, damned lies and statistics|the fraud trial starts today|tax fraud|the criminal court|the thief ran
an idiot-proof recipe|the village idiot is a figure of old comedies|foolproof|the fool in King Lear|April fools
a stay of execution|the hanging gardens|hang in there|hang the picture higher|choke point|choking hazard
drown the noise|burn the toast|burning calories|die cast models|the die is cast|my plants are dying|died in 1962|RIP
cancer research|sick leave|mental illness is not a weakness|he is mentally ill and needs care|suicide prevention
drugs are sold there|a drug test|weed your garden|crack the egg|cracked screen|hooked on crochet|a hooker in rugby
dick is short for Richard|Dick Cheney|Moby Dick|Philip K. Dick wrote it|pussy willow|pussycat|black coffee|white paper
black holes|a black cat|white wine|the yellow line|black lives matter|white noise|gay rights|the gay bar on the corner
queer studies|lesbian poetry|the jewish museum|a muslim school|islamic art|the catholic church|trans rights|old age home
balls of wool|tennis balls|nuts and bolts|a nut allergy|the butt of the joke|cigarette butts|a bum note
bloody hell, what a match|bloody good show|a bloody nose|blood test|hate crime law|I hate Mondays
I hate it when it rains
I hate this song|love and hate|hate mail is sad|killer app|you crack me up
you nailed it|you animal, what a run|you lucky bastard|you sexy thing was a hit|you bet your ass we will be there
wicked good|badass women of history|a badass guitar solo|bad boys of tennis|my old man|lazy Sunday
"""

#: So many of the words are put into each sentence, drawn by its hash.
_DRAWN: Final = 14


def counterexamples() -> Iterator[tuple[str, str]]:
    """Yield sentences and what each is: "insult", "identity_attack" or, harmless, ""."""
    for frames, words, kind in (
        (_HARMLESS_ADJECTIVE, _ADJECTIVES, ""),
        (_HARMFUL_ADJECTIVE, _ADJECTIVES, "insult"),
        (_HARMLESS_NOUN, _NOUNS, ""),
        (_HARMFUL_NOUN, _NOUNS, "insult"),
        (_HARMLESS_ONE, _ONES, ""),
        (_HARMFUL_ONE, _ONES, "identity_attack"),
        (_HARMLESS_MANY, _MANY, ""),
        (_HARMFUL_MANY, _MANY, "identity_attack"),
    ):
        for frame in _sentences(frames):
            for word in _drawn(frame, words):
                yield _filled(frame, word), kind
    for sentence in _sentences(_ORDINARY):
        yield sentence, ""


def _sentences(block: str) -> list[str]:
    return [sentence for line in block.strip().splitlines() for sentence in line.split("|")]


def _drawn(frame: str, words: Sequence[str]) -> list[str]:
    return sorted(words, key=lambda word: hashlib.sha256(f"{frame} {word}".encode()).digest())[:_DRAWN]


def _filled(frame: str, word: str) -> str:
    vowel = word[0].lower() in "aeiou"
    return (frame.replace(" a {}", " an {}") if vowel else frame).replace("{}", word)
