"""First messages. Bound: `{hi}`, `{like}`, `{like_too}` (interests) and `{fact}` (what the bio says, told back)."""

from jobs.pretrain.grammar import lines, words

STYLES: dict[str, tuple[str, ...]] = {
    "question": lines("""
        {hi} [I see|I saw|I noticed] that you like {like}. What got you into {that}?
        {hi} [If you could|Say you can] only keep {like} or {like_too}, which one would it be?
        {hi} What is your best story about {like}?
        {hi} How did you get into {like}?
        {hi} What would you tell someone who is new to {like}?
        {hi} When did you first fall in love with {like}?
        {hi} What is one thing about {like} that nobody tells you?
        {hi} {like} or {like_too}: which one wins on a {day}?
        {hi} Quick question: what do you love most about {like}?
        {hi} How long have you been into {like}?
        {hi} Who got you into {like}?
        {hi} What is the [best|strangest|funniest] thing that {like} ever taught you?
        {hi} You like {like}, so I have to ask: what should a beginner know?
        {hi} What came first in your life, {like} or {like_too}?
        {hi} Is there a good place for {like} near you?
        {hi} What is your favorite memory of {like}?
        {hi} [Honest|Serious] question: could you live a week without {like}?
        {hi} Do you enjoy {like} alone or with friends?
        """),
    "common": lines("""
        {hi} I like {like} too. We should [compare notes|trade stories|talk].
        {hi} {like}? [Same here.|Me too.|I thought I was the only one.] What do you like best about {that}?
        {hi} We both seem to like {like}. [What else do we share?|That is a good start.|Shall we talk?]
        {hi} Another person who loves {like}! Tell me everything.
        {hi} I have been looking for someone to talk to about {like}.
        {hi} I am new to {like}. Any advice for me?
        {hi} {like} and {like_too}? We would get along, I can tell.
        {hi} I also like {like}, but I am sure you know more about {that}.
        {hi} My {relative} loves {like} as well. What should I ask {them_rel}?
        {hi} I could talk about {like} all {day}. Could you?
        {hi} You like {like}, I like {like}. [What are we waiting for?|This could be fun.]
        {hi} I never meet people who are into {like}. How did you start?
        {hi} I just got into {like} this {season}. What should I try first?
        {hi} Finally, someone else who is into {like}. How is it going?
        {hi} I see {like} on your list. It is on mine too!
        """),
    "praise": lines("""
        {hi} Anyone who likes {like} and {like_too} must be fun to talk to.
        {hi} I stopped at your profile because of {like}. Good taste!
        {hi} {like} and {like_too} make a great mix. Which came first?
        {hi} Your love of {like} made me smile today.
        {hi} You had me at {like}.
        {hi} A person who enjoys {like} is hard to find. I am glad I looked.
        {hi} I did not know I wanted to talk about {like} until I saw your profile.
        {hi} {like}! That is the most interesting thing I have read all {day}.
        {hi} I think it is great that you are into {like}. What is your next plan?
        {hi} Your profile says {like}. [Now I am curious.|I am impressed.] Tell me more!
        {hi} People who love {like} are my favorite people. How did it start?
        {hi} {like} is a great choice. What do you like most about {that}?
        {hi} I admire anyone who makes time for {like}. How do you do it?
        """),
    "bio": lines("""
        {hi} So {fact}! What is the best part of that?
        {hi} I read that {fact}. How is that going?
        {hi} {fact}, and you like {like}. How do you find the time?
        {hi} {fact}? I would love to hear more about that.
        {hi} I read that {fact}. What does a normal {day} look like for you?
        {hi} You say that {fact}. Does {like} fit in too?
        {hi} {fact}. That sounds {good}. What is the story behind it?
        {hi} Is it true that {fact}? Tell me more.
        {hi} {fact} and you still have time for {like}. Teach me your ways.
        {hi} I smiled when I read that {fact}.
        {hi} I see that {fact}. How did that come about?
        {hi} Wait, {fact}? I have so many questions.
        {hi} Your profile says that {fact}. What should I know about it?
        {hi} I like that {fact}. What made you write it down?
        {hi} {fact}? Me too, in a way. How long has it been?
        {hi} I had to write when I saw that {fact}.
        {hi} {fact}, and you are into {like}. I want to hear about both.
        {hi} First question: {fact}? Second question: how is it?
        """),
    "joke": lines("""
        {hi} My dating advice book says never to open with {like}. So: what about {like}?
        {hi} I was told there would be {like}. Am I in the right place?
        {hi} I practiced this message on {pet}. Do you want to talk about {like}?
        {hi} I bring {food}, you bring {like}. Deal?
        {hi} Warning: I may ask {number} questions about {like}.
        {hi} Let us skip small talk and go straight to {like}.
        {hi} My plan was to be cool, but then I saw {like} on your profile.
        {hi} Two truths and a lie: I love {like}, I love {food}, I am not nervous.
        {hi} If we talk about {like} long enough, do we get a prize?
        {hi} My {relative} told me to find someone who likes {like}. Here I am.
        {hi} I know nothing about {like}, but I know a lot about {food}. Shall we trade?
        {hi} I promise not to talk about {like} for more than {number} hours.
        {hi} On a scale from one to ten, how much do you love {like}? I say {number}.
        {hi} Is this the line for people who like {like}?
        """),
    "invite": lines("""
        {hi} Coffee and a chat about {like}? I know a {good} place near {spot}.
        {hi} Would you show me the basics of {like} some {day}? I will bring {food}.
        {hi} Let us talk about {like} over {food}.
        {hi} You pick the {thing_or}, I bring the {food}, and we talk about {like}.
        {hi} How about a walk and a long talk about {like} this {day}?
        {hi} If you have {while}, I would love to hear about {like}.
        {hi} Are you free on {day}? I would love to hear how you got into {like}.
        {hi} I would trade {food} for a good story about {like}.
        {hi} Let us meet at {spot} and talk about {like} and {like_too}.
        {hi} Tea, cake and {like}: does {day} work for you?
        """),
    "imagine": lines("""
        {hi} Imagine a whole {day} with {like} and nothing else to do. What would you do first?
        {hi} You can invite one person to share {like} with. Who is it?
        {hi} If you had to teach {animal} about {like}, how would you begin?
        {hi} You wake up in {town} and nobody knows {like}. What now?
        {hi} If your life was a movie about {like}, what would the title be?
        {hi} A perfect day: {like}, {food} and {like_too}. What did I forget?
        {hi} If you wrote a book about {like}, what would the first line be?
        {hi} A free {day}, good weather and {like}: what is the plan?
        {hi} If {like} had a holiday, how would you spend it?
        {hi} You have one hour to tell a stranger about {like}. Where do you start?
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
    {hi} Tell me something that is not on your profile.
    {hi} Which song did you play too often this {season}?
    {hi} {food:1} or {food}? This is a serious question.
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
    I work nights at {workplace}.; you work nights at {workplace}
    I used to be {person}.; you used to be {person}
    I run a small shop for {sold}.; you run a small shop for {sold}
    I am a {mood} morning person.; you are a {mood} morning person
    I have visited {number} countries.; you have visited {number} countries
    I wake up at {hour} every day.; you wake up at {hour} every day
    My friends call me {mood}.; your friends call you {mood}
    I like to {dream_do} on weekends.; you like to {dream_do} on weekends
    I love {food} and {food_too}.; you love {food} and {food_too}
    My favorite color is {color}.; your favorite color is {color}
    I have a {pet_kind} named {name}.; you have a {pet_kind} named {name}
    My {relative} is {person}.; your {relative} is {person}
    I play {sport} every {day}.; you play {sport} every {day}
    I can not live without {food}.; you can not live without {food}
    I work from home.; you work from home
    I am a student.; you are a student
    I have {number} children.; you have {number} children
    My favorite season is {season}.; your favorite season is {season}
    I just started a new job.; you just started a new job
    I am afraid of {fear}.; you are afraid of {fear}
    I speak {number_small} languages.; you speak {number_small} languages
    """)

BIO_WORDS: dict[str, tuple[str, ...]] = {
    "place_name": words("""
        Lisbon; a farm; Chicago; the coast; Berlin; a small town; Toronto; the mountains; Oslo; Texas
        an island; London; Kyoto; Mexico City; Nairobi; the north; Dublin; Rome
        """),
    "home_pet": words("""
        two cats; a dog; my sister; a parrot; my twins; an old dog; three roommates; a turtle
        """),
    "workplace": words("a hospital; a bakery; a hotel; a gas station; a restaurant; the airport; a radio station"),
    "met": words("a party; the library; the gym; a wedding; the dog park; a concert; the beach; work; yoga class"),
    "dream_do": words("bake; paint; hike; read; dance; swim; go fishing; cook for friends; sleep late; ride a bike"),
    "food_too": words("coffee; tea; chocolate; cake; noodles; pizza; fresh bread; ice cream"),
    "pet_kind": words("dog; cat; rabbit; parrot; horse; turtle; goldfish; hamster"),
    "sport": words("tennis; soccer; chess; golf; the guitar; the drums; basketball; volleyball; the piano"),
    "fear": words("spiders; heights; the dark; dogs; thunder; flying; clowns; deep water"),
    "number_small": words("two; three; four; five"),
    "study": words("""
        history; music; math; biology; law; art; chemistry; English; design; medicine; physics
        """),
    "pets": words("cats; dogs; sisters; brothers; children; plants; chickens; bicycles; rabbits"),
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
    someone I met at {met}
    {name}, {person}
    """)

HELLO = lines("""
    Hi {called}!
    Hi {called}.
    Hey {called}!
    Hello {called}!
    Hi!
    Hey!
    Hi there!
    Hello!
    Good morning!
    """)
