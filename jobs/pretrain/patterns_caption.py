"""Captions of cartoons: what one of them says. Bound: `{hero}`, `{foe}`, `{item}`, `{spot}`, each with its article."""

from jobs.pretrain.grammar import lines, words

SCENES = lines("""
    {hero} and {foe} at {spot}.
    {hero} talks to {foe} at {spot}
    {hero} sits with {foe} at {spot}.
    {hero} gives {foe} {item}.
    {hero} holds {item} in front of {foe}.
    {hero} carries {item} at {spot}.
    {hero} looks at {item} at {spot}
    {hero} and {foe} wait at {spot} with {item}.
    Two people at {spot} look at {hero} with {item}.
    {hero} shows {item} to {foe}.
    {hero} has dinner with {foe}.
    {hero} is at the doctor with {item}.
    {hero} is asking {foe} about {item} at {spot}.
    {hero} arrives at {spot} with {item}
    {hero} is stuck on an island with {item}
    {foe} drives {hero} to {spot}.
    """)

STYLES: dict[str, tuple[str, ...]] = {
    "work": lines("""
            {the_hero} is new here. Be nice.
            I see from your file that you used to be {hero}.
            {the_item} {item_was} not in the budget.
            We need to talk about {the_item} before the next meeting.
            Could {the_hero} work on {day}s, too?
            I put {the_foe} in charge of {item}. What could go wrong?
            Your break was over before you found {the_item}.
            {the_hero} got the corner office because of {item}.
        The job said flexible hours. It did not mention {hero}.
        I was hired to {chore}, not to hold {item}.
        Let us put {item} on the agenda for {day}.
        Our last {foe_core} retired after {years}.
        {the_hero} from accounting would like a word about {item}.
        We are a small team, but {the_hero} works {day}s.
        You can keep {item}, but that counts as your bonus.
        This is why we have a meeting about {item} every {day}.
        I asked for a raise and got {item}.
        We had to let {foe} go. {the_foe} was too honest.
        """),
    "home": lines("""
            You said you would only bring {item}.
            {the_hero} can sleep on the sofa.
            My sister married {hero}, and look at her now.
            I told you to leave {the_item} at home.
            We could have had a normal {day}, but you wanted {item}.
            Dinner is at {hour}. {the_hero} is cooking.
        My mother warned me about {item}.
        It came with the apartment.
        We said no pets. You said {the_hero} was a guest.
        You never bring {item} for me anymore.
        We agreed: {the_hero} stays, {item} go{item_es}.
        Not in front of {the_foe}, dear.
        It followed me home from {spot}.
        You always take {the_foe}'s side.
        I wanted {gift}. I got {item}.
        Next time, you choose the vacation.
        """),
    "doctor": lines("""
            Let us start with {the_item}. When did you first see it?
            I am afraid it is {item} again.
            Tell me about your mother, and then about {the_item}.
            You are healthy for {hero}.
            More sleep, more vegetables, and no more {item_core}.
            Take {item} twice a day and call me on {day}.
        How long have you felt like {hero}?
        The good news is that {item} look{item_s} healthy.
        I am a doctor, not {hero}.
        Have you tried turning {item} off and on again?
        Your insurance covers {item}, but not {the_hero}.
        Does it hurt when {the_foe} talks?
        You need rest, water, and less of {the_foe}.
        """),
    "polite": lines("""
            Would you mind sharing {the_item}?
            I have heard so much about {the_item}.
            Please do not tell {the_foe} that I was at {spot}.
            I am sorry, {the_hero} is only looking.
            You are the first {foe_core} I ever liked.
            Shall we split {the_item}?
        Excuse me, {item_is} {the_item} taken?
        After you. {the_foe} can wait.
        Do you come to {spot} often?
        Sorry, I thought you were my {item_core}.
        You must be {name}. I know your {item_core}.
        Is it always this {weather_word} at {spot}?
        I would love to stay, but {item} {item_is} waiting.
        Please, call me {name}. {the_hero} was my father.
        You look different in your photos.
        May I introduce {item}?
        """),
    "dry": lines("""
            {the_hero} seemed taller on the phone.
            It is still better than {spot} on a {day}.
            I ordered soup. I got {item}.
            {the_item} {item_was} on sale.
            I thought {the_foe} would be funnier.
            So this is what {item} can do.
            {the_foe} was right about {spot}.
        Well, this is not what I ordered.
        It was cheaper than {item_two}.
        I see you met {the_hero}.
        At least {the_foe} brought {item_two}.
        That is the last time I shop at {spot}.
        And that is why I never {chore}.
        Say what you want, {item} still work{item_s}.
        I have seen worse. Not today, but I have.
        I came here for {the_item} and a little peace.
        I liked {the_item} better last year.
        Technically, {the_hero} was here first.
        Everyone has a hobby, {name}.
        """),
    "question": lines("""
            Who has the instructions for {the_item}?
            Have you tried {spot} without {item}?
            Is {the_hero} always like this?
            Which one of you ordered {item}?
            Does {the_foe} know about {the_item}?
            Who gave {item} to {the_hero}?
            How long has {the_hero} been at {spot}?
        Did you bring {item}, or did {item} bring you?
        Who invited {the_hero}?
        {item_is} {the_item} part of the service?
        Would you like {item} with that?
        Why {item_is} there {item} at {spot}?
        How do I explain {item} to my wife?
        Do you think {the_foe} noticed?
        Who told {the_hero} about {spot}?
        Are you going to eat {the_item}?
        What part of {item} do you not understand?
        """),
    "advice": lines("""
            Hide {the_item}. {the_foe} is coming.
            Do not feed {the_hero}.
            Let {the_hero} talk first. It saves time.
            Next time, bring {item} for everyone.
            Whatever you do, do not lend {item} to {the_foe}.
            Always check {spot} for {foe} first.
        Never trust {hero} with {item}.
        Just act normal. {the_hero} can smell fear.
        First rule of {spot}: do not look at {the_item}.
        Smile, and do not mention {the_item}.
        If {the_foe} asks, you never saw {the_item}.
        Start small. Nobody begins with {item}.
        Stay calm. {the_foe} only wants {item}.
        Remember, {the_hero} is more afraid of {item} than you are.
        """),
}

WORDS: dict[str, tuple[str, ...]] = {
    "someone": words("""
        a man; a woman; a king; a pirate; a knight; a robot; a ghost; a doctor; a waiter; a cowboy; a boss
        a bear; a shark; a cat; a dog; a penguin; a dragon; a lawyer; a clown; a wizard; an alien
        an astronaut; a snowman; a caveman; a detective; a chef; a farmer; a fish; a lion; a judge
        a mermaid; a businessman; a vampire; a cow; a mouse; an elephant; a salesman; a policeman
        a professor; a baby; a monster; a tree; a chicken; a queen; a giant; an old woman
        """),
    "scene": words("""
        a bar; the office; a courtroom; the kitchen; a restaurant; the elevator; the gates of heaven
        the space station; the dentist; an airport; the subway; a small cave; a castle; the beach; a hospital; the zoo
        a job interview; the living room; a police station; a wedding; a bus stop; a supermarket
        a therapist's office; the harbor; the park; a library; the gym; a museum
        """),
    "weather_word": words("quiet; crowded; cold; loud; wet; formal; dark; strange"),
}
