"""What belongs together: things, doings, places and qualities of a field of life, so that a text keeps to its topic.

A line is `things | doings | places | qualities`; a thing with an article can be counted, a thing in `s` is plural.
"""

from jobs.pretrain.grammar import lines, words

_BLOCK = """
coffee; a coffee mug; coffee beans; a paper cup; a coffee machine; black coffee | drink coffee; smell \
    the beans; order a coffee; wait for the kettle; wash the mug | the coffee shop; the kitchen; the \
    corner table | warm; strong; bitter; fresh
tea; a teapot; green tea; a cup of tea; tea bags; lemon and honey; a kettle | make tea; boil water; pour \
    a cup; hold a warm cup | the kitchen; the tea house; the window seat | hot; calm; sweet; gentle
rain; an umbrella; a raincoat; puddles; wet shoes; a rain cloud; thunder; a rainy day | walk in the \
    rain; jump over puddles; dry the socks; wait for the sun; open an umbrella | the bus stop; the \
    street; the porch | gray; wet; loud; soft
snow; a snowman; cold hands; mittens; a snowball; the first snow; a sled; ice | build a snowman; shovel \
    the snow; skate on the lake; throw a snowball | the hill; the frozen lake; the driveway | cold; \
    white; quiet; deep
the sea; a boat; waves; seashells; a fish; sand; a seagull | swim in the sea; sail to an island; collect \
    shells; watch the waves; catch a fish | the beach; the harbor; the pier | salty; blue; deep; wild
a garden; tomatoes; a rose; seeds; weeds; a shovel; roses; a watering can; a sunflower; a tree | plant \
    seeds; water the roses; pull weeds; grow tomatoes; dig a hole | the garden; the greenhouse; the \
    balcony | green; sunny; patient; muddy
a cat; kittens; a cat toy; cats; a cardboard box | feed the cat; pet the cat; find the cat; open the can \
    | the windowsill; the sofa; the warm laundry | lazy; soft; proud; sleepy
a dog; puppies; dogs; a tennis ball; a leash | walk the dog; throw the ball; teach the dog a trick; wash \
    the dog | the dog park; the back yard; the sofa | loyal; muddy; happy; loud
birds; a bird; a crow; feathers; a nest; a bird feeder; an owl; bird watching | feed the birds; watch \
    birds; listen to an owl; fill the feeder | the forest; the back yard; the old tree | early; shy; \
    bright; loud
books; a book; a novel; a bookmark; old books; a library card; poetry; a good story | read a book; \
    borrow a novel; turn the page; write a chapter; visit the library | the library; the bookstore; the \
    reading chair | quiet; dusty; long; wise
music; a guitar; a piano; a song; a drum; an old record; a band; headphones; jazz; singing | play the \
    guitar; sing a song; learn the piano; listen to jazz; join a band | the concert hall; the garage; \
    the music room | loud; soft; slow; catchy
a camera; photographs; a photo; photography; a photo album; old photos | take photos; buy a camera; \
    develop film; frame a picture | the dark room; the museum; the rooftop | sharp; blurry; bright; \
    still
painting; a painting; a brush; paint; a sketchbook; colors; an art class | paint a picture; draw a face; \
    mix colors; visit a museum; clean the brush | the studio; the museum; the art class | bright; messy; \
    bold; blue
bread; flour; a loaf; an oven; dough; a cake; cookies; butter; baking | bake bread; roll the dough; \
    frost a cake; burn the cookies; open a bakery | the bakery; the kitchen; the market | warm; sweet; \
    golden; fresh
soup; a recipe; cooking; an onion; garlic; a spoon; dinner; noodles; a pan; leftovers | cook dinner; \
    chop onions; taste the soup; follow a recipe; wash the dishes | the kitchen; the dinner table; the \
    market | hot; spicy; salty; simple
pizza; a sandwich; tacos; cheese; fries; a burger; hot sauce; lunch; a food truck; a menu | order pizza; \
    share lunch; find the best tacos; skip lunch; melt the cheese | the food truck; the diner; the \
    office kitchen | cheesy; hot; cheap; spicy
breakfast; pancakes; eggs; toast; jam; cereal; orange juice; brunch; a waffle | make pancakes; fry eggs; \
    burn the toast; skip breakfast | the diner; the kitchen; the hotel | sweet; early; sunny; slow
running; a marathon; running shoes; a race; a trail; exercise | run a mile; train for a race; tie the \
    shoes; go to the gym; stretch | the park; the trail; the gym | fast; sweaty; strong; slow
hiking; a mountain; a trail; a backpack; hiking boots; a tent; a map; camping; a campfire | climb a \
    mountain; pack a bag; follow the trail; put up a tent; light a fire | the mountains; the forest; the \
    camp | steep; wild; green; quiet
a bicycle; a bike; cycling; a helmet; a flat tire; bike lanes; a bell; a long ride | ride a bike; fix a \
    flat tire; cycle to work; ring the bell | the bike path; the hill; the repair shop | fast; rusty; \
    light; free
a train; trains; a ticket; a window seat; the last train; a subway | catch the train; miss the train; \
    buy a ticket; read on the train; wait on the platform | the platform; the station; the quiet car | \
    late; slow; crowded; old
a car; a road trip; a parking ticket; gas; driving lessons | drive to work; park the car; fix the car; \
    sit in traffic; sing in the car | the highway; the parking lot; the garage | slow; loud; red; old
travel; a suitcase; a passport; a plane; a postcard; a long flight; jet lag; vacation | pack a suitcase; \
    book a flight; send a postcard; explore a new city; travel the world | the airport; the hotel; the \
    old town | far; cheap; sunny; strange
work; a meeting; meetings; email; a desk; a spreadsheet; working from home; a job interview | answer \
    email; join a meeting; finish on time; ask for a raise; write a report | the office; the meeting \
    room; the desk | busy; long; late; urgent
Monday; Mondays; an alarm clock; the weekend; Monday morning; a snooze button; Sunday night; a to-do \
    list | wake up early; make a list; press snooze; enjoy Monday; plan the week | the office; the bed; \
    the bus | slow; early; gray; long
sleep; a nap; a pillow; dreams; a blanket; a mattress; bedtime; a dream | take a nap; go to bed; count \
    sheep; sleep late; turn off the light | the bed; the sofa; the bedroom | soft; deep; long; warm
homework; a test; a school bag; math; exams; a pencil case; a school lunch; notes; a library card; a red \
    pen | do homework; study for a test; learn math; ask a question; ride the bus | the classroom; the \
    library; the school yard | young; smart; late; hard
a phone; phones; a charger; a screen; social media; a text message; notifications; a password; the \
    internet | charge the phone; change the password; turn off notifications; send a text; find the \
    charger | the sofa; the cafe; the bathroom | smart; slow; bright; broken
a computer; code; a bug; a robot; robots; a keyboard; an app | write code; fix a bug; build a robot; \
    learn to program; restart the computer | the office; the lab; the basement | smart; new; fast; \
    broken
a game; board games; chess; video games; a puzzle; dice; cards; a game night | play chess; win a game; \
    solve a puzzle; roll the dice; lose at cards | the living room; the arcade; the kitchen table | \
    fair; long; clever; fun
football; soccer; basketball; a goal; baseball; tennis; a tennis racket; a soccer ball; a team shirt; a \
    golf ball; a jump rope | kick a ball; join a team; watch the game; score a goal; practice tennis | \
    the field; the stadium; the court | fast; loyal; loud; brave
movies; a movie; popcorn; a horror movie; cartoons | watch a movie; buy popcorn; laugh at a movie; pick \
    a series | the movie theater; the sofa; the front row | scary; old; funny; long
money; a budget; savings; a wallet; coins; a sale | save money; pay rent; save for a trip; count the \
    coins; make a budget | the bank; the store; the kitchen table | cheap; small; rich; careful
a house; a new apartment; furniture; boxes; a broken sink; a door; a window | paint the wall; fix the \
    sink; move house; meet the neighbors; unpack boxes | the living room; the hallway; the basement | \
    new; empty; noisy; small
plants; a houseplant; a cactus; a fern; leaves; sunlight; flowers; a bouquet | water the plants; buy a \
    fern; talk to a cactus; move a plant | the windowsill; the flower shop; the balcony | green; \
    thirsty; tall; alive
a family dinner; a family photo; bedtime stories; a family recipe; a toy box; a high chair | call home; \
    read to the children; visit family; bake with the children; cook for the family | the dinner table; \
    the nursery; the back yard | loud; loving; small; busy
friendship; a dinner party; a secret; a promise; a visit; a long talk; a phone call; a photo with \
    friends; a card game; a bottle of wine | call a friend; throw a party; keep a promise; tell a story; \
    share a secret | the cafe; the park bench; the porch | loyal; honest; funny; kind
love; a date; a first date; a love letter; a wedding; a kiss; romance; a ring; dancing | fall in love; \
    write a letter; plan a date; dance all night; hold hands | the restaurant; the dance floor; the park \
    | sweet; shy; true; nervous
a birthday; a party; candles; a gift; balloons; a surprise; a cake; a card; a holiday | blow out \
    candles; wrap a gift; plan a party; light the candles | the party; the living room; the park | \
    happy; loud; bright; sweet
the moon; stars; a rocket; space; a telescope; a planet; the night sky | look at the stars; fly to the \
    moon; count the stars; build a telescope | the roof; the hill; the observatory | bright; distant; \
    dark; silent
a clock; a watch; a calendar; the future; old clocks | wind the clock; save an hour; check the calendar; \
    set the alarm | the clock tower; the hallway; the workshop | slow; late; old; patient
a letter; letters; a stamp; a mailbox; an envelope; a pen; a diary; writing; a notebook; a poem | write \
    a letter; send a card; keep a diary; sharpen a pencil; sign the letter | the post office; the desk; \
    the cafe | long; honest; short; lost
winter; spring; summer; autumn; falling leaves; a warm coat; a rake; \
    sunglasses; a warm day; sunshine; a heat wave; a cold morning; the \
    sun | rake leaves; enjoy the sun; wear a scarf; open the windows | the park; the balcony; the lake | \
    warm; cold; golden; short
clothes; a hat; socks; a sweater; shoes; a jacket; laundry; a scarf; a button; fashion; a lost sock | \
    fold laundry; knit a sweater; lose a sock; iron a shirt; sew a button | the closet; the laundry \
    room; the mirror | soft; old; warm; torn
health; medicine; a checkup; yoga; a yoga mat; a warm bath; vitamins; a bandage | drink \
    water; see a dentist; take a break; breathe slowly; do yoga | the waiting room; the clinic; the yoga \
    class | calm; healthy; sick; strong
a bench; a city map; pigeons; an elevator; street art; a bus ticket; a city bike; a food stand | cross \
    the street; feed pigeons; walk home; find a bench; get lost | the old bridge; the market; the park | \
    loud; busy; bright; tall
recycling; trash; a bottle; clean air; trees; bees; water | plant a tree; save water; \
    pick up trash; recycle bottles; protect bees | the park; the river; the roof | clean; green; small; \
    urgent
a castle; a dragon; magic; treasure; a magic wand; an old map; a golden key; a sword; a crown | find \
    treasure; fight a dragon; light a torch; cross the river; open the old door | the castle; the dark \
    forest; the tower | old; secret; cursed; brave
a sale; a shopping bag; a paper bag; a price tag; a gift card; a new store; a sign; a shopping list | \
    open a shop; help customers; count the money; paint the sign; find a good deal | the shop; the main \
    street; the counter | local; honest; new; small
a brick; a paperclip; a box; a rope; a tire; a spoon; a fork; a shovel; a ball; a bottle; a sock; a \
    pencil; a table | build a wall; tie a knot; open a box; fix a chair; stack boxes | the garage; the \
    workshop; the shed | heavy; useful; plain; strong
a tablet; a laptop; a mouse; a printer; a smart watch; a charger; a cable; a speaker; a game console; a \
    drone | print a ticket; back up the photos; plug in the cable; learn to type; turn it off and on | \
    the office; the desk; the living room | new; smart; thin; broken
fruit; bananas; apples; strawberries; an orange; a lemon; a melon; grapes; a fruit bowl; a picnic basket \
    | pick apples; peel an orange; make a fruit salad; buy strawberries; share a melon | the market; the \
    orchard; the picnic table | sweet; ripe; fresh; sour
ice cream; chocolate; candy; cupcakes; donuts; a cookie; apple pie; whipped cream; a milkshake | eat ice \
    cream; share a donut; melt chocolate; hide the candy; bake a pie | the ice cream shop; the candy \
    store; the kitchen | sweet; cold; rich; sticky
salad; vegetables; beans; rice; a lunch box; carrots; mushrooms; a water bottle; smoothies | chop \
    carrots; pack a lunch; cook rice; drink a smoothie; eat more vegetables | the salad bar; the market; \
    the kitchen | green; fresh; light; crunchy
a horse; a rabbit; a hamster; a goldfish; a parrot; a turtle; a pony; chickens; a fish tank | feed the \
    rabbit; ride a horse; clean the fish tank; brush the pony; talk to the parrot | the farm; the \
    stable; the pet shop | small; wild; hungry; gentle
a bed; a sofa; a lamp; a chair; a carpet; curtains; a bookshelf; a mirror; a fridge; a washing machine | \
    clean the windows; move the sofa; change the light bulb; clean the fridge; make the bed | the living \
    room; the bedroom; the hallway | old; cozy; clean; heavy
the bus; a bus ticket; a taxi; a scooter; a seat; a bus driver's hat; a backpack; an umbrella; a long \
    line | wait for the bus; share a taxi; find a seat; ride a scooter; look out of the window | the bus \
    stop; the back seat; the main road | late; crowded; cheap; slow
a swimming pool; a towel; a swimsuit; sunglasses; sunscreen; a beach ball; a sandcastle; flip-flops; a \
    surfboard | build a sandcastle; learn to surf; lie in the sun; swim before breakfast; dive into the \
    pool | the pool; the beach; the lake | cool; sunny; blue; salty
a fishing rod; a canoe; a lake; a campfire; a sleeping bag; a flashlight; marshmallows; a picnic; a \
    hammock | go fishing; paddle a canoe; roast marshmallows; sleep in a tent; tell ghost stories | the \
    lake; the camp; the river | calm; quiet; dark; wild
knitting; wool; a quilt; a sewing machine; a scarf; needles; a craft kit; glue; ribbons; origami | knit \
    a scarf; sew a dress; fold a paper bird; make a card; learn a new stitch | the craft room; the sofa; \
    the sewing club | warm; soft; handmade; slow
dancing; a dance class; dancing shoes; salsa; a dance floor; ballet; a disco ball; a playlist | learn to \
    dance; try salsa; dance in the kitchen; pick a playlist; practice the steps | the dance floor; the \
    studio; the living room | fast; happy; elegant; sweaty
a diet; a healthy breakfast; a morning walk; a step counter; a salad; a good habit; fresh air; a long \
    walk | start a diet; go for a walk; count steps; eat less sugar; get some fresh air | the park; the \
    kitchen; the woods | healthy; hard; short; fresh
a podcast; the news; a newspaper; a radio; a blog; a video; a headline; a newsletter | start a podcast; \
    read the news; record a video; write a blog; turn on the radio | the kitchen; the train; the studio \
    | long; loud; clever; daily
a holiday; a beach; a road trip; a souvenir; sunglasses; a guidebook; a hotel bed; a travel bag; a \
    sunset | plan a holiday; pack light; take a road trip; watch the sunset; try the local food | the \
    beach; the hotel; the airport | sunny; short; far; perfect
a new year; resolutions; fireworks; a christmas tree; halloween; a costume; a pumpkin; presents; candles \
    | carve a pumpkin; wrap presents; watch the fireworks; pick a costume; decorate the tree | the \
    living room; the town square; the front door | bright; cold; loud; merry
"""


def _domain(line: str) -> dict[str, tuple[str, ...]]:
    parts = [words(part) for part in line.split("|")]
    return dict(zip(("things", "doings", "places", "qualities"), parts, strict=True))


DOMAINS = tuple(_domain(line) for line in lines(_BLOCK))
