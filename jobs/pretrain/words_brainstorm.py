"""Words for ideas: how people ask, aims, people to make things for, and what a thing can be used as."""

from jobs.pretrain.grammar import lines, words

ASK: dict[str, tuple[str, ...]] = {
    "uses": lines("""
        unusual uses for {topic}
        new uses for {topic}
        uses for {topic}
        what to do with {topic}
        creative ways to use {topic}
        {topic}
        alternative uses of {topic}
        surprising use for {the}
        """),
    "app": lines("""
        a new app for {who}
        an app for {who}
        app idea for {who}
        a product for {who}
        something new for {who}
        a gadget for {who}
        a startup for {who}
        an invention for {who}
        a service for {who}
        a tool for {who}
        """),
    "ways": lines("""
        ways to {aim}
        how to {aim}
        how can we {aim}
        a way to {aim}
        tips to {aim}
        ideas to {aim}
        """),
    "better": lines("""
        how to make {topic} better
        improve {topic}
        a better {core}
        making {topic} more fun
        new features for {topic}
        what is missing from {topic}
        """),
    "gift": lines("""
        a gift for {someone}
        gift ideas for {someone}
        a present for someone who likes {topic}
        a birthday present for {someone}
        what to give {someone}
        """),
    "event": lines("""
        a theme for a {event}
        ideas for a {event}
        a {event} for {who}
        something fun for a {event}
        activities for a {event}
        a game for a {event}
        """),
    "article": lines("""
        blog posts about {topic}
        a video about {topic}
        a talk about {topic}
        a podcast about {topic}
        an article on {topic}
        what to write about {topic}
        """),
    "story": lines("""
        a story idea about {topic}
        a book about {topic}
        a film about {topic}
        a plot with {topic}
        a play about {topic}
        a story for children about {topic}
        """),
    "business": lines("""
        a business with {topic}
        a small business about {topic}
        a shop for {topic}
        """),
    "ad": lines("""
        how to sell {topic}
        how to advertise {topic}
        a campaign for {topic}
        """),
    "whatif": lines("""
        what if {topic} could talk
        what if {the} could think
        what if everyone had {topic}
        what if {topic} {was} free for everyone
        what if {topic} could fly
        what if {who} ruled the world
        """),
    "topic": lines("""
        {topic}
        {topic}
        ideas about {topic}
        something with {topic}
        a project about {topic}
        an art project with {topic}
        """),
}
"""The ways people ask, by kind of question."""

AIMS = lines("""
    save water; save money; sleep better; eat less sugar; make new friends; learn a language
    read more books; wake up early; waste less food; get more exercise; meet the neighbors
    spend less time online; help old people; use less plastic; stay calm; make meetings shorter
    keep a room tidy; remember names; find lost keys; welcome new students; share tools; clean the park
    teach children math; cheer up a friend; raise money for a school; attract customers
    get to work on time; save energy; learn to cook; drink more water; find a quiet place; carry heavy bags
    feel less alone; stop being late; plant more trees; make Mondays better; get children to read
    have fun on a rainy day; use leftover bread; grow food at home; speak in public
    """)

WHO = lines("""
    commuters; students; dog owners; cat owners; new parents; night workers; gardeners; cyclists; tourists
    old friends; nurses; grandparents; shy people; bakers; people who live alone; teachers; children
    hikers; musicians; office workers; drivers; people who forget things; runners; book lovers; neighbors
    farmers; travelers; people who can not sleep; roommates; painters
    """)

TIPS: dict[str, tuple[str, ...]] = {
    aim: words(tips)
    for aim, _, tips in (
        line.partition("=")
        for line in lines("""
        save water=take short showers; water the plants with rain; turn off the tap while you brush your teeth
        save money=cook at home; make a list before you shop; put coins in a jar every night; sell what you do not use
        sleep better=turn off the phone an hour before bed; read a book in bed; open a window; drink warm milk
        eat less sugar=eat fruit instead of candy; drink water with lemon; keep cookies out of the house
        make new friends=join a class; say hello to the neighbors; bring cake to work; walk in the dog park
        learn a language=watch movies in that language; put notes on the furniture; sing songs; talk every day
        read more books=keep a book next to the bed; join a book club; read on the train; leave the phone at home
        wake up early=put the alarm in the kitchen; go to bed at nine; make plans for breakfast
        waste less food=plan the week; make soup from leftovers; share with the neighbors; buy less
        get more exercise=take the stairs; walk to work; dance in the kitchen; play with the dog
        meet the neighbors=hold a street party; bake cookies for them; start a garden together
        spend less time online=leave the phone in a drawer; read on paper; plan a walk every evening
        help old people=carry their bags; read to them; teach them to use a phone; call every Sunday
        stay calm=breathe slowly; count to ten; listen to soft music; take a walk
        make meetings shorter=stand up; write a short list; set a timer; end with lunch
        keep a room tidy=put one thing away each day; use boxes; clean for ten minutes before bed
        remember names=say the name three times; think of a picture; write the name down
        clean the park=hold a picnic and pick up trash; give a prize for the fullest bag
        teach children math=bake a cake together; play with dice; count stairs; use coins
        cheer up a friend=write a letter; bring soup; send an old photo; tell a bad joke
        get to work on time=pack the bag at night; take an earlier bus; set the clock ten minutes ahead
        learn to cook=start with eggs; cook one new recipe a week; ask your grandmother; take a class
        drink more water=keep a bottle on the desk; drink a glass before every meal; add lemon
        feel less alone=call an old friend; join a choir; get a dog; eat lunch with others
        have fun on a rainy day=build a tent in the living room; bake cookies; jump over puddles; play board games
        grow food at home=plant tomatoes on the balcony; grow beans in a jar; keep herbs in the window
        """)
    )
}
"""What really helps, by aim."""

USES: dict[str, str] = {
    entry.partition("=")[0]: entry.partition("=")[2]
    for entry in words("""
        brick=heavy; stone=heavy; book=flat; knife=sharp; fork=sharp; spoon=scoop; shovel=scoop; rope=long
        shoelace=long; belt=long; scarf=long; box=hollow; cardboard box=hollow; bottle=hollow; jar=hollow
        bucket=hollow; tin can=hollow; teapot=hollow; shoe=hollow; hat=hollow; sock=hollow; tire=round; ball=round
        plate=flat; newspaper=flat; blanket=soft; towel=soft; pillow=soft; pants=soft; t-shirt=soft
        paperclip=small; button=small; coin=small; key=small; pencil=stick; broom=stick; umbrella=stick
        toothbrush=small; chair=heavy; table=flat; door=flat; ladder=long; light bulb=hollow; candle=stick
        mirror=flat; wheel=round; coat hanger=small; paper cup=hollow; backpack=hollow; curtain=soft
        """)
}
"""Which things afford what: a thing and a class of `AFFORD`."""

AFFORD: dict[str, str] = {
    "heavy": """
        a doorstop; a paperweight; a bookend; a step for a short person; a weight for exercise
        an anchor for a toy boat; a bed warmer; a nutcracker; a garden border; a seat for a doll; a hammer
        a plant stand; a foot rest; a wall for ants
        """,
    "flat": """
        a tray; a fan for a hot day; a cutting board; a roof for a birdhouse; a ramp for toy cars; a sled
        a small table; a drawing board; a shield; a place mat; a shelf; a door for a tent; a sign
        a mouse pad
        """,
    "sharp": """
        a comb; a screwdriver; a letter opener; a garden tool; a hook for coats; a wind chime
        a back scratcher; a plant marker; a tool for carving soap; a stamp for patterns in clay
        a lock pick; a tiny rake
        """,
    "scoop": """
        a mirror for a doll; a catapult for peas; a musical instrument; a plant pot for moss; a shoe horn
        a garden tool; a boat paddle; a drum stick; a snow toy; a door handle; a seed planter
        a fishing lure
        """,
    "long": """
        a clothes line; a jump rope; a swing; a belt; a leash; a ladder for a cat; a snake for a play
        a necklace; a measuring tape; a bridge for mice; a curtain tie; a finish line; a guitar strap
        a fishing line
        """,
    "hollow": """
        a flower pot; a bird feeder; a pencil holder; a piggy bank; a drum; a mouse hotel; a lamp shade
        a tiny boat; a time capsule; a bird house; a mailbox; a hiding place for candy; a toy car
        a fish bowl; a helmet; a speaker
        """,
    "round": """
        a swing; a garden bed; a clock face; a hoop for a circus dog; a seat; a target; a picture frame
        a boat; a nest for a goose; a wreath; a toy planet; a foot stool; a table for two; a steering wheel
        """,
    "soft": """
        a curtain; a bed for a cat; a flag; a cape; a tent; a pillow; a rug; a bag; a mop; a puppet; a kite
        a door mat; a bandage; a ghost costume; a sail; a nest for birds
        """,
    "small": """
        an earring; a bookmark; a zipper pull; a fishing hook; a game piece; a cleaning brush; a ring
        a doll's mirror; a key chain; a lucky charm; a tie pin; a tiny sculpture; a plant label
        a light switch pull
        """,
    "stick": """
        a flag pole; a drum stick; a magic wand; a plant support; a curtain rod; a back scratcher
        a sword for a play; a hair pin; a door lock; a coat hook; a ruler; a fishing rod; a limbo bar
        a microphone stand
        """,
}

WORDS: dict[str, tuple[str, ...]] = {
    "theme": words("""
        the sea; space; old movies; pirates; winter; music; the jungle; fairy tales; the circus; colors; robots
        breakfast; animals; the moon; a farm; cowboys; ghosts; summer; trains; the city; flowers; magic; sports
        """),
    "outing": words("""
        the beach; the zoo; the lake; the museum; the mountains; the movies; the spa; the fair; the old town
        the theater; a farm; the pool
        """),
    "filling": words("sand; soil; candy; lights; letters; beans; feathers; water; flowers; pennies"),
    "target": words("a bucket; a hat; a box; a circle of chalk; the sea; a basket"),
    "a_model": words("a castle; a house; a bridge; a slide; a tower; a small car; a throne"),
    "role": words("king; villain; hero; ghost; dragon; mayor; grandmother; thief"),
    "sound": words("""
        soft music; bird song; the sound of rain; a drum; applause; an old song; a train whistle
        """),
    "things": words("tools; books; coats; toys; games; bicycles; instruments; umbrellas; plants"),
    "who_else": words("""
        grandparents; students; neighbors; cooks; dog walkers; night owls; teachers; gardeners
        """),
    "animal_bare": words("cat; dog; duck; goat; crow; turtle; fox; owl"),
    "when": words("every morning; every {day}; after lunch; before bed; on the way home; once a week"),
    "helper": words("a neighbor; your grandmother; a child; a friend; your boss; a stranger; a teacher"),
    "prize": words("""
        a cake; a day off; a gold star; {food}; the best chair; a round of applause; a free lunch
        """),
    "word": words("hello; thank you; try again; take a break; well done; not now; welcome"),
    "material": words("paper; ice; chocolate; wood; glass; old newspapers; clay; wool; bread; light"),
    "gift_name": words("""
        their name; a good memory; your first photo; a secret message; a map of their home town
        """),
    "period": words("week; month; year; summer"),
    "someone": words("""
        my mother; my father; a friend; a teacher; my boss; a neighbor; my sister; a new colleague; a child
        a friend who has everything; my grandfather; someone who just moved; a {age_word} old
        """),
    "age_word": words("five year; ten year; sixteen year; seventy year"),
}
