"""Words for the slots of every task: plain, short, kind."""

from jobs.pretrain.grammar import words

LEXICON: dict[str, tuple[str, ...]] = {
    "name": words("""
        Maya; Ben; Nora; Sam; Lena; Omar; Ruth; Tom; Ada; Leo; Ines; Max; Clara; Noah; Alma; Finn; Rosa
        Hugo; Ivy; Jonas; Priya; Kofi; Anna; Mateo; Yuki; Elena; David; Mina; Oscar; Zoe; Carl; Amira
        Felix; Greta; Ravi; Sara; Paul; June; Marta; Theo; Nina; Luis; Eva; Samir; Emma; Jack; Lucy; Amy
        Daniel; Kate; Marco; Lily; Peter; Ella; Simon; Mia; Adam; Julia; Chris; Alex; Robin; Jamie; Linda
        James; Sofia; Laura; Mark; Grace; Henry; Tara
        """),
    "woman": words("""
        Maya; Nora; Lena; Ruth; Ada; Ines; Clara; Alma; Rosa; Ivy; Priya; Anna; Elena; Mina; Zoe; Greta
        Sara; June
        """),
    "man": words("""
        Ben; Sam; Omar; Tom; Leo; Max; Noah; Finn; Hugo; Jonas; Kofi; Mateo; David; Oscar; Carl; Felix
        Ravi; Theo
        """),
    "day": words("Monday; Tuesday; Wednesday; Thursday; Friday; Saturday; Sunday"),
    "month": words("""
        January; February; March; April; May; June; July; August; September; October; November; December
        """),
    "season": words("spring; summer; autumn; winter"),
    "time": words("""
        in the morning; at noon; after lunch; in the evening; at night; at midnight; before breakfast
        on {day}; on a {day} morning; on a quiet {day}; in the rain; in {season}; after work; before bed
        at sunrise
        """),
    "hour": words("""
        six; seven; eight; nine; ten; eleven; noon; two; three; four; five; half past nine; a quarter to six
        """),
    "number": words("two; three; four; five; six; seven; eight; nine; ten; twelve; twenty"),
    "years": words("""
        two years; three years; five years; seven years; nine years; ten years; twenty years
        a hundred years
        """),
    "while": words("""
        an hour; ten minutes; a whole week; two days; all morning; half the night; one long afternoon
        a month
        """),
    "friend": words("""
        my friend; my neighbor; my sister; my brother; my mother; my father; my grandmother; my boss
        my roommate; my uncle; my aunt; my best friend; my teacher; my cousin; my grandfather
        the man next door; the woman at the bakery
        """),
    "who": words("""
        children; neighbors; friends; strangers; students; parents; travelers; night workers; beginners
        busy people; tired people; old friends; shy people; early birds; night owls; new parents
        dog owners; people with no time
        """),
    "animal": words("""
        a cat; a dog; a fox; a crow; a goose; a horse; a rabbit; an owl; a duck; a goat; a small bird
        a turtle
        """),
    "pet": words("my cat; my dog; the cat; the dog; the neighbor's cat; my old dog"),
    "feel": words("""
        happy; calm; brave; lucky; free; safe; proud; hopeful; clever; awake; ready; a little better
        strangely calm; rested; wise; alive; grateful; curious; cheerful; young again
        """),
    "good": words("""
        good; fine; lovely; simple; bright; nice; great; wonderful; perfect; special; better
        """),
    "bad": words("""
        cold; loud; slow; late; broken; empty; heavy; wet; boring; tired; dull; rude; expensive; confusing
        """),
    "person": words("""
        a teacher; a baker; a nurse; a sailor; a farmer; a doctor; a painter; a driver; a cook; a gardener
        a clerk; a tailor; a pilot; a carpenter; a librarian; a poet; a detective; a student; a postman
        a fisherman; a watchmaker
        """),
    "household": words("""
        a chair; a spoon; a lamp; a candle; a bucket; a blanket; a key; an umbrella; a mirror; a clock
        a pillow; a notebook; a paper bag; a suitcase; an old sock; a teapot; a ladder; a shoebox
        a cup of tea; a window; a coat; a map; a radio; a pencil; a door; a plate of cookies
        a bowl of soup; a sandwich; a bicycle; a box of letters
        """),
    "spot": words("""
        the kitchen; the garden; the attic; the train station; the library; the park; the harbor
        the market; the bus stop; the roof; the hallway; the beach; the bakery; the school; the old bridge
        the corner shop; the office; the waiting room; the village square; the back seat; the river
        the cellar; the supermarket; the balcony
        """),
    "town": words("""
        a small town; a quiet village; a city by the sea; a town with no trains; a house on a hill
        a valley of mills; an island with one road; a street of bakeries; a town where it always rained
        a harbor town; a village in the snow
        """),
    "weather": words("""
        rain; snow; fog; wind; a storm; sunshine; frost; a warm breeze; thunder; a gray sky; a clear night
        """),
    "food": words("""
        soup; bread; pancakes; apples; cheese; a sandwich; noodles; cake; toast; pizza; rice; cookies
        tomatoes; eggs; chocolate; pie; olives; popcorn; salad; lemons; honey; butter; ice cream; peanuts
        pasta; potatoes
        """),
    "chore": words("""
        do the dishes; fold the laundry; answer my email; clean the kitchen; pay the bills
        water the plants; call my mother; take out the trash; go to the gym; fix the door; go to bed early
        walk the dog; make the bed
        """),
    "chore_past": words("""
        did the dishes; folded the laundry; answered my email; cleaned the kitchen; paid the bills
        watered the plants; called my mother; went to bed early; fixed the door; walked the dog
        made the bed
        """),
    "plan": words("""
        eat well; sleep early; save money; read more; learn a new language; call old friends
        walk every day; drink more water; be on time; write a letter; keep a diary; finish what I start
        say no; clean the garage
        """),
    "truth": words("""
        nobody knows what they are doing; small things matter; it gets better with snacks; rest is work too
        the best plans begin with soup; kindness is free; time is not a straight line; we all need a nap
        good things take longer; a short list is a good list; patience is a kind of magic
        silence can be an answer; practice beats talent; you can start again tomorrow
        every expert was once a mess; sharing makes it better; the first try is only a draft
        luck likes people who show up; most problems look smaller after lunch
        """),
    "virtue": words("""
        patience; hope; courage; humor; trust; kindness; joy; focus; peace; good manners; silence; luck
        love; time
        """),
    "gift": words("""
        patience; hope; courage; joy; a good night's sleep; a clean kitchen; more time; a quiet hour
        good news
        """),
    "wow": words("""
        magic; a small miracle; a love letter; free therapy; a tiny holiday; good news; a warm hug
        a secret door
        """),
    "meh": words("""
        a test of patience; a trap; homework for adults; a long wait; an expensive nap; a bad joke
        a puzzle with no picture; a meeting that could have been a letter; a diet with extra steps
        a race nobody entered
        """),
    "price": words("""
        five dollars; ten dollars; one coin; a smile; half the price; less than a coffee; nothing at all
        """),
    "mood": words("""
        calm; lucky; sleepy; hungry; curious; nervous; proud; cheerful; lonely; brave; grumpy; hopeful; shy
        restless
        """),
    "color": words("red; blue; green; yellow; white; black; orange; silver; purple; golden; gray; pink"),
    "size": words("tiny; small; big; huge; tall; narrow; round; long; short; heavy"),
    "event": words("""
        birthday party; team lunch; school play; book club; summer party; concert; dinner; picnic; workshop
        wedding
        """),
    "company": words("""
        Northlight; Bluebird; Oak and Salt; Little River; Paper Moon; Green Door; Harbor House
        Sunday Goods; Copper Kettle; Slow Post; Bright Side; Maple Lane; Second Home; Fox and Fern
        Open Window; Good Morning
        """),
}
