"""Everyday words: things at home, food, hobbies, and which of the word lists' nouns everybody knows."""

from jobs.pretrain.grammar import words

LISTED = frozenset(
    words("""
    apple; bag; balloon; bed; belt; book; bottle; bowl; box; bracelet; brush; button
    candle; candy bar; card; chair; clock; clock; clothes; coat; coffee pot; comic book; computer
    cup; desk; door; dress; flowers; glass; gloves; hair brush; hammer; hand bag; hat; helmet; jeans; key
    key chain; kitchen knife; lamp; magnet; mirror; model car; nail; oven; paint brush; pants; paper; pen; pencil
    phone; picture frame; pillow; plate; ring; rope; rubber band; seat belt; shirt; shoes; shopping bag
    soccer ball; socks; spoon; stop sign; table; tea cup; tea pot; television; tennis ball; toothbrush
    toy boat; toy car; toy robot; trash bag; water bottle; wine glass; ~apple; ~bacon; ~chicken soup; ~cheese cake
    ~coffee; ~cream cheese; ~green tea; ~hot chocolate; ~ice cream; ~iced coffee; ~iced tea; ~olives; ~fruit cake
    """)
)
"""Nouns of the word lists that are kept; `~` marks food, which takes no article."""

OBJECTS: tuple[str, ...] = words("""
    alarm clock; backpack; ball; bench; bike; blanket; bookmark; boots; broom; bucket; calendar; camera
    cardboard box; carpet; chess set; coat hanger; coin; compass; cookbook; curtain; diary; doorbell; drum
    envelope; eraser; fan; flag; flashlight; fork; fridge; frying pan; garden chair; gift box; glasses
    guitar; hair dryer; handbag; headphones; heater; hoodie; hose; jacket; jar; keyboard; kettle; kite; ladder
    laptop; letter; lunch box; mailbox; map; marker; microphone; mug; napkin; necklace; newspaper
    notebook; paper bag; paper cup; paper plane; photo; piano; postcard; poster; printer; puzzle
    radio; raincoat; remote control; robot; rug; ruler; sandals; saw; scarf; scissors; shelf; shovel
    skateboard; sled; slippers; snow globe; sofa; speaker; sponge; stapler; sticker
    suitcase; sunglasses; sweater; swimsuit; t-shirt; teapot; teddy bear; tent; ticket; toaster; toolbox; towel
    toy train; tray; truck; umbrella; vacuum cleaner; vase; violin; wallet; watch; watering can; wheel; whistle
    wool hat; yoga mat; bus ticket; phone case; phone charger; sticky note; old shoe; rubber duck; paper hat
    desk lamp; night light; tin can; wooden spoon; shoe box; picture book; garden tool; beach ball; toy sword
    """)
"""Things that one can hold, wear, sit on or plug in."""

FOOD: tuple[str, ...] = words("""
    bananas; beans; black coffee; bread; butter; cake; carrots; cereal; cheese; cherries; chocolate; cookies
    corn; cupcakes; donuts; dumplings; eggs; french fries; fried rice; garlic bread; grapes; honey; hot sauce; jam
    lemonade; lemons; milk; mushrooms; muffins; mustard; noodles; nuts; onions; orange juice; oranges; pancakes
    pasta; peaches; peanut butter; pears; pickles; pie; pizza; popcorn; potatoes; pumpkin soup; rice; salad; salsa
    smoothies; soup; strawberries; sugar; sushi; tacos; toast; tomato soup; tomatoes; vegetables; waffles
    """)
"""Food and drink, without an article."""

HOBBIES: tuple[str, ...] = words("""
    hiking; chess; jazz; yoga; baking; gardening; photography; running; painting; surfing; knitting; climbing
    cooking; reading; dancing; fishing; astronomy; poetry; camping; cycling; board games; old movies
    science fiction; pottery; bird watching; coffee; tea; dogs; cats; horses; skiing; sailing; singing; the piano
    the guitar; travel; history; languages; tennis; soccer; football; basketball; video games; comics; anime
    podcasts; wine; vegan food; street art; museums; antiques; meditation; swimming; rock climbing; archery
    woodworking; drawing; karaoke; opera; hip hop; country music; cars; robots; baking bread; road trips
    rock music; classical music; live music; concerts; the violin; the drums; writing; short stories; novels
    mystery books; fantasy books; horror movies; comedy shows; musicals; theater; ballet; salsa dancing; fashion
    sewing; makeup; interior design; architecture; houseplants; roses; vegetable gardens; bees; chickens; rabbits
    parrots; puppies; aquariums; volunteering; politics; economics; science; math; physics; space; the stars
    programming; computers; technology; phones; gadgets; drones; electric cars; motorcycles; trains; planes
    boats; kayaking; snowboarding; skateboarding; ice skating; hockey; golf; baseball; volleyball; boxing; karate
    weight lifting; the gym; marathons; long walks; the beach; the ocean; mountains; lakes; forests; sunsets
    picnics; barbecue; pizza; sushi; tacos; spicy food; italian food; chocolate; ice cream; cheese; cupcakes
    pancakes; brunch; cocktails; craft beer; farmers markets; thrift stores; shopping; crosswords; puzzles
    card games; poker; trivia nights; magic tricks; stand-up comedy; documentaries; cartoons; superheroes
    disney movies; christmas; halloween; family dinners; new places; foreign films; learning spanish; travel blogs
    painting walls; old maps; stamps; coins; records; letters; journaling; calligraphy; origami; scrapbooking
    """)
"""What people name as their interests."""

ABSTRACT = frozenset(
    words("""
    rain; thunder; a rainy day; a rain cloud; snow; the first snow; cold hands; the sea; waves; poetry; a good story
    music; a song; a band; jazz; singing; photography; bird watching; painting; colors; an art class; baking; cooking
    dinner; lunch; breakfast; brunch; running; a marathon; a race; a trail; exercise; hiking; a mountain
    camping; cycling; bike lanes; a long ride; a train; trains; a window seat; the last train; a subway; a road trip
    a parking ticket; driving lessons; travel; a plane; a long flight; jet lag; vacation; work; a meeting; meetings
    email; working from home; a job interview; Monday; Mondays; the weekend; Monday morning; Sunday night; sleep; a nap
    dreams; bedtime; a dream; math; exams; a test; homework; social media; a text message; notifications; a password
    the internet; code; a bug; an app; a game night; football; soccer; basketball; a goal; baseball; tennis
    a horror movie; a movie; movies; cartoons; money; a budget; savings; a sale; a new apartment; a broken sink
    a house; sunlight; a family dinner; bedtime stories; friendship; a dinner party; a secret; a promise; a visit
    a long talk; a phone call; love; a date; a first date; a wedding; a kiss; romance; dancing; a birthday; a party
    a surprise; a holiday; the moon; stars; space; a planet; the night sky; the future; winter; spring; summer
    autumn; a warm day; sunshine; a heat wave; a cold morning; the sun; laundry; fashion; health; a checkup; yoga
    a headache; a warm bath; street art; recycling; clean air; climate change; magic; a new store; a lake; a campfire
    knitting; salsa; ballet; a dance class; a dance floor; a diet; a morning walk; a good habit; fresh air; a long walk
    a podcast; the news; a blog; a headline; a beach; a sunset; a new year; resolutions; halloween; a long line
    the bus; a picnic; a seat; gas; writing; a recipe; a garden; a swimming pool; an elevator; a food truck; a menu
    a castle; a flat tire; falling leaves; weeds; wet shoes; puddles; trash; leftovers; a lost sock; leaves; driving
    board games; video games; chess; a game; a screen; fireworks; origami; a healthy breakfast
    """)
)
"""Topics that nobody can hold or put on a table."""
