"""What belongs together: things, doings, places and qualities of a field of life, so that a text keeps to its topic.

A line is `things | doings | places | qualities`; a thing with an article can be counted, a thing in `s` is plural.
"""

from jobs.pretrain.grammar import lines, words

_BLOCK = """
coffee; espresso; a latte; a coffee mug; coffee beans; a paper cup; a coffee machine; black coffee | \
    drink coffee; grind the beans; order an espresso; wait for the kettle; wash the mug | the coffee shop; \
    the kitchen; the corner table | warm; strong; bitter; fresh
tea; a teapot; green tea; a cup of tea; tea bags; lemon and honey; a kettle | make tea; boil water; pour \
    a cup; warm my hands | the kitchen; the tea house; the window seat | hot; calm; sweet; gentle
rain; an umbrella; a raincoat; puddles; wet shoes; a rain cloud; thunder; a rainy day | walk in the \
    rain; jump over puddles; dry my socks; wait for the sun; open an umbrella | the bus stop; the street; \
    the porch | gray; wet; loud; soft
snow; a snowman; cold hands; mittens; a snowball; the first snow; a sled; ice | build a snowman; shovel \
    the snow; skate on the lake; throw a snowball | the hill; the frozen lake; the driveway | cold; white; \
    quiet; deep
the sea; a boat; waves; a lighthouse; seashells; a fish; sand; the tide; a seagull; a harbor | swim in \
    the sea; sail to an island; collect shells; watch the waves; catch a fish | the beach; the harbor; the \
    pier | salty; blue; deep; wild
a garden; tomatoes; a rose; seeds; weeds; a shovel; roses; a watering can; a sunflower; a tree | plant \
    seeds; water the roses; pull weeds; grow tomatoes; dig a hole | the garden; the greenhouse; the balcony \
    | green; sunny; patient; muddy
a cat; my cat; kittens; a cat toy; cats; a cardboard box; a scratching post | feed the cat; pet the cat; \
    find the cat; open the can | the windowsill; the sofa; the warm laundry | lazy; soft; proud; sleepy
a dog; my dog; puppies; dogs; a tennis ball; a leash; a bone; a dog park | walk the dog; throw the ball; \
    teach the dog a trick; wash the dog | the dog park; the back yard; the sofa | loyal; muddy; happy; loud
birds; a bird; a crow; feathers; a nest; a bird feeder; an owl; bird watching; binoculars | feed the \
    birds; watch birds; listen to an owl; fill the feeder | the forest; the back yard; the old tree | early; \
    shy; bright; loud
books; a book; a library; a novel; a bookmark; old books; a library card; a bookstore; poetry; a good \
    story | read a book; borrow a novel; turn the page; write a chapter; visit the library | the library; \
    the bookstore; the reading chair | quiet; dusty; long; wise
music; a guitar; a piano; a song; a drum; an old record; a band; headphones; a concert; jazz; singing | \
    play the guitar; sing a song; learn the piano; listen to jazz; join a band | the concert hall; the \
    garage; the music room | loud; soft; slow; catchy
a camera; photographs; a photo; photography; a photo album; a tripod; old photos | take photos; buy a \
    camera; develop film; frame a picture | the dark room; the museum; the rooftop | sharp; blurry; bright; \
    still
painting; a painting; a brush; paint; a sketchbook; colors; an art class; an art museum; clay | paint a \
    picture; draw a face; mix colors; visit a museum; clean the brush | the studio; the museum; the art \
    class | bright; messy; bold; blue
bread; a bakery; flour; a loaf; an oven; dough; a cake; cookies; butter; baking; an apron; yeast | bake \
    bread; knead dough; frost a cake; burn the cookies; open a bakery | the bakery; the kitchen; the market \
    | warm; sweet; golden; fresh
soup; a recipe; cooking; an onion; a kitchen; garlic; a spoon; dinner; noodles; a pan; spices; leftovers \
    | cook dinner; chop onions; taste the soup; follow a recipe; wash the dishes | the kitchen; the dinner \
    table; the market | hot; spicy; salty; simple
pizza; a sandwich; tacos; cheese; fries; a burger; hot sauce; lunch; a food truck; a menu | order pizza; \
    share lunch; find the best tacos; skip lunch; melt the cheese | the food truck; the diner; the office \
    kitchen | cheesy; hot; cheap; spicy
breakfast; pancakes; eggs; toast; jam; cereal; orange juice; brunch; a waffle | make pancakes; fry eggs; \
    burn the toast; skip breakfast | the diner; the kitchen; the hotel | sweet; early; sunny; slow
running; a marathon; running shoes; a race; a trail; a runner; a stopwatch; exercise; a gym; push-ups | \
    run a mile; train for a race; tie my shoes; go to the gym; stretch | the park; the trail; the gym | \
    fast; sweaty; strong; slow
hiking; a mountain; a trail; a backpack; hiking boots; a tent; a map; camping; a campfire; the forest | \
    climb a mountain; pack a bag; follow the trail; put up a tent; light a fire | the mountains; the forest; \
    the camp | steep; wild; green; quiet
a bicycle; a bike; cycling; a helmet; a flat tire; bike lanes; a bell; a long ride | ride a bike; fix a \
    flat tire; cycle to work; ring the bell | the bike path; the hill; the repair shop | fast; rusty; light; \
    free
a train; trains; a train station; a ticket; a window seat; a conductor; the last train; commuters; a \
    subway | catch the train; miss the train; buy a ticket; read on the train; wait on the platform | the \
    platform; the station; the quiet car | late; slow; crowded; old
a car; traffic; a parking spot; a road trip; a parking ticket; the highway; gas; a garage; driving \
    lessons | drive to work; park the car; fix the car; sit in traffic; sing in the car | the highway; the \
    parking lot; the garage | slow; loud; red; old
travel; a suitcase; a passport; an airport; a plane; a postcard; a hotel; a long flight; jet lag; a \
    tourist; vacation | pack a suitcase; book a flight; send a postcard; get lost in a new city; travel the \
    world | the airport; the hotel; the old town | far; cheap; sunny; strange
work; a meeting; meetings; an office; a deadline; email; a boss; coworkers; a desk; a spreadsheet; \
    working from home; a job interview | answer email; join a meeting; meet a deadline; ask for a raise; \
    write a report | the office; the meeting room; my desk | busy; long; late; urgent
Monday; Mondays; an alarm clock; the weekend; Monday morning; a snooze button; Sunday night; a to-do \
    list | wake up early; make a list; press snooze; survive Monday; plan the week | the office; the bed; \
    the bus | slow; early; gray; long
sleep; a nap; a pillow; dreams; a blanket; insomnia; a mattress; bedtime; a dream | take a nap; go to \
    bed; count sheep; sleep late; turn off the light | the bed; the sofa; the bedroom | soft; deep; long; \
    warm
school; homework; a teacher; a test; a classroom; a student; math; a school bus; exams; a library; \
    college | do homework; study for a test; learn math; ask a question; ride the bus | the classroom; the \
    library; the school yard | young; smart; late; hard
a phone; phones; a charger; a screen; social media; a text message; notifications; a password; the \
    internet; wifi | charge my phone; reset my password; turn off notifications; send a text; find the \
    charger | the sofa; the cafe; the bathroom | smart; slow; bright; broken
a computer; code; a bug; a robot; robots; software; a keyboard; an app; a startup; a program; artificial \
    intelligence | write code; fix a bug; build a robot; learn to program; restart the computer | the \
    office; the lab; the basement | smart; new; fast; broken
a game; board games; chess; video games; a puzzle; dice; cards; a game night | play chess; win a game; \
    solve a puzzle; roll the dice; lose at cards | the living room; the arcade; the kitchen table | fair; \
    long; clever; fun
football; soccer; basketball; a team; a coach; a goal; baseball; tennis; a stadium; fans | kick a ball; \
    join a team; watch the game; score a goal; practice tennis | the field; the stadium; the court | fast; \
    loyal; loud; brave
movies; a movie; popcorn; a film; a horror movie; a theater; a series; an actor; cartoons | watch a \
    movie; buy popcorn; cry at a film; pick a series | the movie theater; the sofa; the front row | scary; \
    old; funny; long
money; a budget; a bank; rent; taxes; savings; a wallet; coins; bills; a sale | save money; pay rent; do \
    taxes; count coins; make a budget | the bank; the store; the kitchen table | cheap; small; rich; careful
a house; moving; neighbors; a new apartment; furniture; boxes; a broken sink; a door; a window; a \
    roommate; a landlord | paint the wall; fix the sink; move house; meet the neighbors; unpack boxes | the \
    living room; the hallway; the basement | new; empty; noisy; small
plants; a houseplant; a cactus; a fern; a pot; leaves; sunlight; flowers; a bouquet | water the plants; \
    buy a fern; talk to a cactus; repot a plant | the windowsill; the flower shop; the balcony | green; \
    thirsty; tall; alive
family; a baby; children; parents; a grandmother; a sister; brothers; a family dinner; a toddler; twins \
    | call my mother; raise children; visit family; babysit; cook for the family | the dinner table; the \
    nursery; the back yard | loud; loving; small; busy
friends; a friend; an old friend; friendship; a dinner party; a secret; a promise; a visit | call a \
    friend; throw a party; keep a promise; tell a story; share a secret | the cafe; the park bench; the \
    porch | loyal; honest; funny; kind
love; a date; a first date; a love letter; a wedding; a kiss; a heart; romance; a ring; dancing | fall \
    in love; write a letter; plan a date; dance all night; hold hands | the restaurant; the dance floor; the \
    park | sweet; shy; true; nervous
a birthday; a party; candles; a gift; balloons; a surprise; a cake; getting older; a card; a holiday | \
    blow out candles; wrap a gift; plan a party; light the candles | the party; the living room; the park | \
    happy; loud; bright; sweet
the moon; stars; a rocket; space; a telescope; a planet; an astronaut; the night sky; a comet; aliens | \
    look at the stars; fly to the moon; count the stars; build a telescope | the roof; the hill; the \
    observatory | bright; distant; dark; silent
a clock; time; a watch; a calendar; an hour; the past; the future; old clocks; a time machine | wind the \
    clock; save time; mark the calendar; travel in time | the clock tower; the hallway; the workshop | slow; \
    late; old; patient
a letter; letters; a stamp; a post office; a mailbox; an envelope; a pen; a diary; writing; a notebook; \
    a poem | write a letter; send a card; keep a diary; sharpen a pencil; sign my name | the post office; \
    the desk; the cafe | long; honest; short; lost
winter; spring; summer; autumn; falling leaves; a warm day; sunshine; a heat wave; a cold morning; the \
    sun | rake leaves; enjoy the sun; wear a scarf; open the windows | the park; the balcony; the lake | \
    warm; cold; golden; short
clothes; a hat; socks; a sweater; shoes; a jacket; laundry; a scarf; a button; fashion; a lost sock | \
    fold laundry; knit a sweater; lose a sock; iron a shirt; sew a button | the closet; the laundry room; \
    the mirror | soft; old; warm; torn
a doctor; health; a cold; medicine; a dentist; a hospital; a nurse; a checkup; yoga; stress; a headache \
    | drink water; see a dentist; take a break; breathe slowly; do yoga | the waiting room; the clinic; the \
    yoga class | calm; healthy; sick; strong
the city; a street; a market; a bridge; street lights; a crowd; a park; a bench; a map; pigeons; an \
    elevator | cross the street; feed pigeons; walk home; find a bench; get lost | the old bridge; the \
    market; the park | loud; busy; bright; tall
recycling; trash; plastic; a bottle; clean air; climate change; solar panels; energy; trees; bees; \
    nature; water | plant a tree; save water; pick up trash; recycle bottles; protect bees | the park; the \
    river; the roof | clean; green; small; urgent
a king; a castle; a dragon; a ghost; a witch; magic; a wizard; a knight; treasure; a pirate; a monster; \
    a haunted house | find treasure; fight a dragon; break a spell; cross the forest; open the old door | \
    the castle; the dark forest; the tower | old; secret; cursed; brave
a shop; a small business; customers; a sale; a new store; a hotel; a barber; a museum; a restaurant; a \
    florist; a bookshop | open a shop; help customers; count the money; paint the sign; find a good deal | \
    the shop; the main street; the counter | local; honest; new; small
a brick; a paperclip; a box; a rope; a knife; a tire; a spoon; a fork; a shovel; a ball; a bottle; a \
    sock; a pencil; a table | build a wall; tie a knot; open a box; fix a chair; stack boxes | the garage; \
    the workshop; the shed | heavy; useful; plain; strong
"""


def _domain(line: str) -> dict[str, tuple[str, ...]]:
    parts = [words(part) for part in line.split("|")]
    return dict(zip(("things", "doings", "places", "qualities"), parts, strict=True))


DOMAINS = tuple(_domain(line) for line in lines(_BLOCK))
