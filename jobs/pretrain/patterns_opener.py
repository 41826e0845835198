"""First messages. Bound: `{hi}`, `{like}`, `{like_too}` (interests) and `{fact}` (what the bio says, told back)."""

from jobs.pretrain.grammar import lines, words

STYLES: dict[str, tuple[str, ...]] = {
    "question": lines("""
        {hi} [I see|I saw|I noticed] that you like {like}. What got you into {that}?
        {hi} [If you could|Say you can] only keep {like} or {like_too}, which one would it be?
        {hi} What is the best {like_bare} story you have?
        {hi} How did you get started with {like}?
        {hi} What would you tell someone who is new to {like}?
        {hi} When did you first fall in love with {like}?
        {hi} Does {like} go well with {thing}? You look like someone who knows.
        {hi} What is one thing about {like} that nobody tells you?
        {hi} {like} or {thing}: which one wins on a {day}?
        {hi} Where do you go for {like} when it rains?
        {hi} Quick question: is {like} more fun {time_a} or {time_b}?
        """),
    "common": lines("""
        {hi} I like {like} too. We should [compare notes|trade stories|talk].
        {hi} {like}? [Same here.|Me too.|I thought I was the only one.] What do you like best about {that}?
        {hi} We both seem to like {like}. [What else do we share?|That is a good start.|Coincidence?]
        {hi} Another person who loves {like}! Tell me everything.
        {hi} I have been looking for someone to talk to about {like}.
        {hi} I am a beginner at {like}. Any advice for me?
        {hi} {like} and {like_too}? We would get along, I can tell.
        {hi} I also like {like}, but I am much worse at {that} than you, I think.
        {hi} My {relative} loves {like} as well. What should I ask {them_rel}?
        """),
    "praise": lines("""
        {hi} Anyone who likes {like} and {like_too} must be fun to talk to.
        {hi} I stopped at your profile because of {like}. Good taste!
        {hi} {like} and {like_too} is a great mix. Which came first?
        {hi} Your love of {like} made me smile today.
        {hi} You had me at {like}.
        {hi} A person who enjoys {like} is hard to find. I am glad I looked.
        {hi} I did not know I wanted to talk about {like} until I saw your profile.
        {hi} {like}! That is the most interesting thing I have read all {day}.
        {hi} It takes {virtue} to love {like}. I like that.
        """),
    "bio": lines("""
        {hi} So {fact}! What is the best part of that?
        {hi} I read that {fact}. How is that going?
        {hi} {fact}, and you like {like}. How do you find the time?
        {hi} {fact}? I would love to hear more about that.
        {hi} I read that {fact}. What does a normal {day} look like for you?
        {hi} Since {fact}, I have to ask: does {like} help?
        {hi} {fact}. That sounds {good}. What is the story behind it?
        {hi} Is it true that {fact}? Tell me more.
        {hi} {fact} and you still have time for {like}. Teach me your ways.
        {hi} I smiled when I read that {fact}.
        """),
    "joke": lines("""
        {hi} My dating advice book says never to open with {like}. So: {like}?
        {hi} I was told there would be {like}. Am I in the right place?
        {hi} I practiced this message on {pet}. The reaction was mixed. Do you want to talk about {like}?
        {hi} On a scale from {thing} to {like}, how is your {day} going?
        {hi} I bring {food}, you bring {like}. Deal?
        {hi} Warning: I may ask {number} questions about {like}.
        {hi} Let us skip small talk and go straight to {like}.
        {hi} My plan was to be cool, but then I saw {like} on your profile.
        {hi} Two truths and a lie: I love {like}, I own {thing}, I am not nervous.
        {hi} If we talk about {like} long enough, do we get a prize?
        """),
    "invite": lines("""
        {hi} Coffee and a chat about {like}? I know a {good} place near {spot}.
        {hi} There is a {like_bare} evening at {spot} this {day}. Would you like to come?
        {hi} Would you show me the basics of {like} some {day}? I will bring {food}.
        {hi} Let us talk about {like} over {food}.
        {hi} I need a partner for {like}. Are you free {time}?
        {hi} You pick the {thing_or}, I bring the {food}, and we talk about {like}.
        {hi} How about a walk and a long talk about {like} this {day}?
        {hi} If you have {while}, I would love to hear about {like}.
        """),
    "imagine": lines("""
        {hi} Imagine a whole {day} with {like} and nothing else to do. What would you do first?
        {hi} If {like} were a person, would you be friends?
        {hi} You can invite one person to share {like} with. Who is it?
        {hi} If you had to teach {like} to {animal}, how would you begin?
        {hi} You wake up in {town} and there is no {like_bare}. What now?
        {hi} If your life was a movie about {like}, what would the title be?
        {hi} You win a year of free {like_bare}. Who do you tell first?
        {hi} A perfect day: {like}, {food}, {thing}. What did I forget?
        """),
}

PLAIN = lines("""
    {hi} What is the best thing that happened to you this week?
    {hi} What made you smile today?
    {hi} If you could be anywhere {time_a}, where would you be?
    {hi} Coffee, tea, or a long walk?
    {hi} What is your favorite way to spend a slow {day}?
    {hi} I am new here. What should I know about {spot}?
    {hi} What is a small thing that makes you {feel}?
    {hi} What is the best advice anyone ever gave you?
    {hi} I like your smile. What is the story behind it?
    {hi} Tell me something that is not on your profile.
    {hi} Which song did you play too often this {season}?
    {hi} {food} or {food}? This is a serious question.
    {hi} What were you like as a child: loud, shy, or full of plans?
    {hi} I have {while} and a good story. Do you want to hear it?
    """)

WORDS: dict[str, tuple[str, ...]] = {
    "that": words("it; it; that"),
    "time_a": words("in the morning; in summer; alone; on a Sunday; right now; outside"),
    "time_b": words("at night; in winter; with friends; on a Monday; in the rain; with music"),
    "relative": words("sister; brother; mother; father; best friend; roommate; grandmother; neighbor"),
    "them_rel": words("first; about it; next time"),
    "thing_or": words("place; time; day; music; topic; street"),
}

BIO = lines("""
    I work as {person}.; you work as {person}
    I am {person} from {place_name}.; you are {person} from {place_name}
    I live in {town} with {home_pet}.; you live in {town} with {home_pet}
    I grew up in {place_name}.; you grew up in {place_name}
    I just moved to {place_name}.; you just moved to {place_name}
    I am studying {study}.; you are studying {study}
    I teach {study}.; you teach {study}
    I have {number} {pets}.; you have {number} {pets}
    I want to {dream}.; you want to {dream}
    I am learning to {dream}.; you are learning to {dream}
    I never say no to {food}.; you never say no to {food}
    I work nights at {spot}.; you work nights at {spot}
    I used to be {person}.; you used to be {person}
    I run a small shop for {sold}.; you run a small shop for {sold}
    I am a {mood} morning person.; you are a {mood} morning person
    I have visited {number} countries.; you have visited {number} countries
    I wake up at {hour} every day.; you wake up at {hour} every day
    My friends call me {mood}.; your friends call you {mood}
    """)

BIO_WORDS: dict[str, tuple[str, ...]] = {
    "place_name": words("""
        Lisbon; a farm; Chicago; the coast; Berlin; a small town; Toronto; the mountains; Oslo; Texas
        an island; London; Kyoto; Mexico City; Nairobi; the north; Dublin; Rome
        """),
    "home_pet": words("""
        two cats; a dog; my sister; a parrot; my twins; an old dog; three roommates; a turtle
        """),
    "study": words("""
        history; music; math; biology; law; art; chemistry; English; design; medicine; physics
        """),
    "pets": words("cats; dogs; sisters; brothers; children; plants; chickens; jobs; bicycles; rabbits"),
    "dream": words("""
        write a book; sail around the world; open a bakery; learn the piano; run a marathon; speak Italian
        build a cabin; see the northern lights; cook like my grandmother; dance; surf; keep bees
        """),
    "sold": words("old books; bread; flowers; bicycles; records; tea; toys; lamps; cheese; hats"),
}

WHO = lines("""
    {name}
    {name}
    {name}, {age}
    someone who likes {like}
    a new colleague
    a match on a dating app
    a new neighbor
    my new roommate
    a person at a party
    a stranger on the train
    {person}
    {person} who loves {like}
    an old friend
    a dating profile
    someone I met at {spot}
    {name}, {person}
    """)

HELLO = lines("""
    Hi {called}!
    Hi {called}.
    Hey {called},
    Hello {called}!
    Hi!
    Hey!
    Hi there!
    Hello!
    Good morning!
    """)
