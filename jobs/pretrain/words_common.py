"""Words that people ask about, far and wide: places, people, animals, nature, school, work, travel, feelings.

The other lists know what is at home; a model that has read no others copies a new word by halves.
"""

from jobs.pretrain.grammar import words

COUNTED: tuple[str, ...] = words("""
    accident; actor; adventure; advertisement; agreement; airplane; airport; album; alien; alley; alligator; ambulance
    anchor; angel; ankle; anniversary; answer; ant; antelope; apartment; apology; appointment; apron; aquarium
    architect; arena; argument; army; arrow; artist; ashtray; assistant; astronaut; athlete; attic; auction; aunt
    author; award; axe; baby; badge; bakery; ballet; balloon ride; band; bank; banquet; barbecue; barber; barn
    basement; basket; bat; bath; bathroom; battery; battle; bay; beach; bear; beard; beaver; bedroom; bee; beehive
    beetle; bell; big city; billboard; bird; birthday; birthday party; boat; bonfire; bookshop; bowling alley; bridge
    brother; bruise; bug; building; bull; bus driver; bus stop; butcher; butterfly; cabin; cafeteria; camel; campsite
    canal; candlestick; candidate; cane; cannon; canoe; canyon; captain; car park; car wash; caravan; carnival
    carpenter; cashier; castle; caterpillar; cathedral; cave; ceiling; celebrity; cellar; cemetery; chapel; chapter
    charger; cheetah; chef; cherry tree; chicken; child; chimney; choir; church; classroom; cliff; climber; closet
    cloud; clown; clue; coach; coast; cobweb; cockroach; college; comedian; comet; company; computer game; concert
    conductor; contest; corner; costume; cottage; couch; country; couple; courtroom; cousin; cow; cowboy; crab; crane
    crash; crayon; cricket; crocodile; crossword; crow; crowd; crown; cruise; crystal; cyclist; dancer; date; daughter
    deadline; decision; deer; dentist; desert; detective; detour; dictionary; dinner; dinosaur; diploma; disaster
    discovery; diver; doctor; dolphin; donkey; dragon; dragonfly; dream; driver; duel; dwarf; eagle; ear; earthquake
    echo; eclipse; editor; elbow; election; elephant; elevator; emperor; engine; engineer; error; escalator; exam
    excuse; experiment; explorer; explosion; eyebrow; factory; failure; fairy; falcon; family; famous painter; farm
    farmer; father; feather; fence; ferry; festival; field; fight; film; finger; fire; fire truck; firefighter
    fireplace; first date; fish; fisherman; fishing trip; flamingo; flat tire; flight; flood; florist; fly; fog
    football match; footprint; forest; fortune teller; fossil; fountain; fox; frog; funeral; galaxy; gallery; gambler
    game; garage; garden; gardener; gas station; gate; ghost; giant; giraffe; glacier; globe; goal; goat; goldfish
    goodbye; gorilla; graduation; grandmother; grape; grasshopper; greenhouse; guard; guest; guide; gym; hairdresser
    haircut; hallway; hamburger; hamster; handshake; harbor; hawk; headache; heart; hedgehog; helicopter; hen; hermit
    hero; hiccup; highway; hike; hill; hippo; hobby; hole; holiday; home; honeymoon; horse; hospital; hotel
    hotel room; house; hunter; hurricane; iceberg; igloo; inspector; interview; invention; inventor; invitation
    island; jackpot; jellyfish; job; job interview; joke; journalist; journey; judge; juggler; jungle; kangaroo; kid
    king; kingdom; kiosk; kitchen; kitten; knee; knight; knot; koala; laboratory; lake; landlord; language
    last day of school; laundromat; lawn; lawyer; leaf; leopard; lesson; liar; librarian; library; lie; lighthouse
    lightning bolt; lion; list; living room; lizard; llama; lobby; lobster; lottery ticket; love letter; machine
    magazine; magic trick; magician; maid; mall; manager; mansion; marathon; market; marriage; mask; mayor; maze
    meadow; meal; mechanic; medal; meeting; memory; mermaid; message; meteor; midnight snack; millionaire; mine
    miracle; mission; mistake; mole; monastery; monk; monkey; monster; month; moon; moose; mosquito; mother
    motorcycle; mountain; mouse; moustache; movie; mule; museum; mushroom; musician; mystery; name; nap; neighbor
    nephew; nest; newborn; nightmare; ninja; noise; nose; novel; novelist; number; nun; nurse; ocean; office
    office chair; old age; old friend; opera; orchestra; ostrich; otter; owl; page; painter; painting; palace; panda
    parachute; parade; parent; park; parrot; party; passenger; passport; password; path; peacock; pelican; penguin
    pharmacy; philosopher; phone call; photographer; picnic; pig; pigeon; pilgrim; pilot; pirate; plan; planet; plant
    plumber; poem; poet; police officer; pond; pony; poodle; porch; president; prince; prison; prisoner; problem
    professor; programmer; project; promise; puddle; puppet; puppy; pyramid; queen; question; queue; quiz; rabbit
    raccoon; race; railway; rainbow; raven; receipt; recipe; record; reindeer; relative; restaurant; reunion
    revolution; rhino; riddle; river; river bank; road; road trip; rock star; rocket; roof; room; rooster; rose; rumor
    runner; sailboat; sailor; salesman; sandcastle; sandstorm; satellite; school; schoolyard; scientist; scorpion
    sculptor; sea; seagull; season; secret; seed; shadow; shark; sheep; sheriff; ship; shipwreck; shop; shower
    sidewalk; signature; silence; singer; sister; skeleton; sky; skyscraper; sloth; snail; snake; snowball; snowman
    snowstorm; soldier; son; song; sore throat; space station; spaceship; sparrow; spider; spy; squirrel; stadium
    staircase; star; starfish; station; statue; stone; storm; story; stranger; street; street light; student; studio
    submarine; subway; suburb; sultan; summer; summer camp; sunrise; sunset; superhero; supermarket; surgeon; surgery
    surprise; swamp; swan; swing; sword; tailor; talent; tattoo; taxi; taxi driver; teacher; team; tear; teenager
    telescope; temple; theater; thief; thumb; thunderstorm; tiger; time machine; toad; tomb; tongue; tooth; tornado
    tortoise; tour; tourist; tower; town; town hall; toy store; tractor; traffic jam; traffic light; trail; trainer
    traitor; translator; trap; traveler; treasure; treasure map; tree; tree house; trial; trip; trophy; tunnel; turkey
    turtle; twin; typewriter; uncle; unicorn; uniform; university; vacation; valley; vampire; vet; village; villain
    vineyard; visitor; voice; volcano; volunteer; vote; waiter; walk; wall; war; warehouse; warrior; waterfall; wave
    wedding; weekend; werewolf; whale; widow; wife; wind; window seat; windmill; winter; wish; witch; wizard; wolf
    woman; woodpecker; word; workshop; worm; wound; wrestler; writer; yacht; year; zebra; zombie; zoo
    """)
"""What one has one of."""

UNCOUNTED: tuple[str, ...] = words("""
    advice; air; ambition; anger; anxiety; art; autumn; baseball; basketball; beauty; boredom; bravery; breakfast
    business; calm; camping; chaos; charity; childhood; Christmas; climate change; comedy; confidence; cooking
    courage; crime; curiosity; dancing; darkness; death; debt; democracy; dinner; distance; dust; education
    electricity; energy; envy; equality; evening traffic; evolution; exercise; faith; fame; family; fashion; fate
    fear; fire; fishing; flu; folklore; fortune; freedom; friendship; frost; fun; furniture; future; gardening
    geography; glory; gold; gossip; grammar; gratitude; gravity; greed; grief; growing old; guilt; Halloween
    happiness; hate; health; heat; heaven; history; hockey; home; honesty; hope; housework; humor; hunger; hygiene
    imagination; independence; information; ink; insomnia; inspiration; internet; jazz; jealousy; joy; justice; karma
    kindness; knowledge; laughter; laundry; law; laziness; leadership; life; light; lightning; logic; loneliness; loss
    love; luck; luggage; lunch; magic; mathematics; medicine; memory; midnight; modern art; money; morning; motherhood
    mud; music; nature; news; nostalgia; nothing; old music; oxygen; pain; parenting; parking; passion; patience
    peace; philosophy; physics; poetry; politics; pollution; poverty; power; pride; privacy; progress
    public transport; punctuality; quiet; rain; reality; recycling; regret; religion; retirement; rock music; romance
    rust; safety; sand; school; science; security; shame; shopping; silence; silver; simplicity; skiing; sleep
    small talk; smoke; snow; soap; soccer; society; solitude; space; speed; spelling; sport; spring; stress; success
    summer; sunlight; sunshine; surfing; taxes; technology; television; tennis; thunder; time; tourism; trade
    tradition; traffic; trash; travel; trust; truth; video games; violence; volleyball; wealth; weather; wind; winter
    wisdom; wood; wool; work; yoga; youth; Mondays; Sundays; birds; cats; children; dogs; dinosaurs; dreams; fireworks
    friends; ghosts; holidays; horses; insects; jokes; memes; mountains; movies; neighbors; parents; people; planets
    podcasts; relatives; robots; secrets; siblings; spiders; stars; strangers; students; teachers; teenagers; tourists
    trains; trees; twins; vegetables; volcanoes; wedding guests; whales; zombies
    """)
"""What stands without an article."""
