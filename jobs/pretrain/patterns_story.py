"""Story openings: a first sentence that holds the topic, a detail, and something that makes one read on.

Bound: `{name}` with `{she}` `{her}` `{hers}`, and the topic's forms.
"""

from jobs.pretrain.grammar import lines

OPEN: dict[str, tuple[str, ...]] = {
    "quiet": lines("""
            n: {name} had promised {hers} mother to take care of {the}.
            n: {the} stood by the window, where {name} could see {them} from the street.
            n: When the shop closed, {name} asked for only one thing: {the}.
            a: {name} did not talk much, but {doing} made {her} happy.
            a: On {day}s, {name} was always {doing}.
            {name} thought of {topic} and smiled for the first time in {while}.
            Nobody in {town} talked about {topic} anymore, except {name}.
        n: {the} had been gone for {years} when {name} came home to {town}.
        n: Every morning {name} walked past {the} and counted to {number}.
        n: On the last {day} of {season}, {name} found {topic} at {place}.
        n: {name} kept {topic} in a drawer and never spoke of {them}.
        n: There {was} {topic} in the middle of {place}, and nobody had noticed but {name}.
        n: It was {name}'s job to look after {the}, and {she} did it well.
        n: After the {weather_noun}, only {the} and {name} were left.
        n: {name} inherited {topic} from an aunt {she} had never met.
        a: {name} had been {doing} for {years}, and nobody had ever asked why.
        a: In {town}, {doing} was something that only {who} did.
        a: {name} learned {doing} from {hers} grandmother, slowly, by lamp light.
        The winter {name} turned {number_age}, {the} {was} all that people talked about.
        For {years}, {the} {was} the only thing that {name} cared about.
        """),
    "mystery": lines("""
            n: {name} opened the box. Inside {was} {topic}.
            n: The police found only {topic} and an open window.
            n: Somebody had been using {the} at night, and it was not {name}.
            n: {the} had been in the house longer than anyone could remember.
            a: {name} was {doing} when the lights went out.
            The stranger had only one question for {name}. It was about {topic}.
            There was a secret about {topic}, and {name} was going to find it.
        n: Someone had left {topic} on the doorstep, and {name} knew exactly who.
        n: {the} {was} gone. In {its} place lay {object}.
        n: The first time {name} saw {topic}, {it} {was} exactly where {it} should not have been.
        n: "Do not open {the}," said the note, but {name} already had.
        n: There was a door behind {the}, and it had not been there yesterday.
        n: {name} heard {the} before {she} saw {them}.
        n: Nobody in {town} would say where {the} came from.
        n: At {hour}, {the} began to {strange}.
        a: Three people had disappeared while {doing}, and {name} meant to be the fourth.
        a: The letter told {name} to start {doing} and to trust no one.
        The letter spoke of one thing only: {topic}.
        When the lights came back, {name} saw {object} and knew it had to do with {topic}.
        All {hers} life, {name} had been told to stay away from {topic}.
        """),
    "funny": lines("""
            n: {name} had lost many things in life, but never {topic}.
            n: The day {name} got stuck with {topic} began like any other {day}.
            n: {name} won {topic} in a contest that {she} had not entered.
            n: Nobody steals {topic} in {town}. Nobody except {name}.
            a: {name} had a plan to get rich by {doing}.
            a: After {number} hours of {doing}, {name} had to admit that something was wrong.
            {name} knew nothing about {topic}, but that had never stopped {her}.
        n: {name} did not mean to steal {the}. It just happened, like most things on a {day}.
        n: It is hard to be taken seriously when you carry {topic} everywhere.
        n: {the} hated {name}, and the feeling was mutual.
        n: "I am sorry," said {name} to {the}, "but you have to go."
        n: {name} bought {topic} by mistake and was too polite to send {them} back.
        n: The whole trouble began with {topic} and {number} {plural}.
        a: {name} was the worst in the world at {doing}, and had a medal to prove it.
        a: {doing} is not a crime, but {name} was arrested for it anyway.
        There are {number} rules about {topic}, and {name} had broken all of them by {hour}.
        Everyone agreed that {topic} {was} a bad idea, so {name} did it twice.
        By the time the police arrived, {name} had explained {topic} {number} times.
        {name}'s mother had one rule about {topic}: not in the house.
        """),
    "wonder": lines("""
            n: There was once {topic} that could grant a single wish.
            n: When {name} touched {the}, the whole room began to sing.
            n: {name} planted {the} in the garden, and by morning there was a forest.
            n: {the} had slept for a hundred years before {name} came by.
            a: Every time {name} was {doing}, a new star came out.
            The wise old owl told {name} a secret about {topic}.
            In a land without rain, {name} found {topic}.
        n: Once, in {town}, there lived {person} who owned {topic}.
        n: On the night {the} began to glow, {name} was {number_child} years old.
        n: {the} could {strange}, but only for people who were kind.
        n: Far beyond {spot}, where the road ends, {the} waited for {name}.
        n: {animal:x} came to {name}'s window and spoke of {topic}.
        n: If you whisper to {the} at {hour}, it is said, {the} will answer.
        n: The king wanted {topic} more than anything in the world.
        a: Whoever is caught {doing} under a full moon, the old people said, will never grow old.
        a: {name} was {doing} when the moon came down to {place}.
        Long ago, before there were clocks, everyone knew about {topic}.
        The old map showed only one thing: {topic}.
        In the year without summer, {name} dreamed of {topic} every night.
        """),
    "future": lines("""
            n: {the} {was} the only thing {name} took along to Mars.
            n: The robot gave {the} to {name} and asked what {it} {was} for.
            n: In {year}, children saw {topic} only in museums.
            a: {name} was the last person on earth who remembered {doing}.
            a: The robot wanted to learn {doing}, and {name} was the only teacher.
            The message from the stars was about {topic}, and only {name} could read it.
            {name} had crossed half the sky because of {topic}.
        n: The last {core} on the planet belonged to {name}.
        n: The robot had never seen {topic} before.
        n: In {year}, it was against the law to own {topic}.
        n: The ship carried {number} thousand people and {topic}.
        n: When the signal came, it was a picture of {topic}.
        n: {name} was sent to the moon with {topic} and no instructions.
        a: In {year}, machines did everything except {doing}.
        a: {doing} had been forbidden since the year {year}.
        On the {number_th} day in space, {name} missed {topic} most of all.
        The computer knew everything except {topic}.
        They had cured sleep, age and rain, but nobody had understood {topic}.
        """),
    "voice": lines("""
            n: I found {topic} on my way home, and I kept {them}.
            n: Everybody thinks I took {the}. Everybody is right.
            n: The first thing I ever owned was {topic}.
            a: I was never good at {doing}, but I was good at pretending.
            a: The last time I saw {name}, we were {doing} together.
            I have only one rule: never talk about {topic}.
            It all started with {topic}. Most of my stories do.
        n: I was {number_child} when I stole {the}.
        n: My father left me {topic}, {number} dollars and a warning.
        n: You will not believe me, but {the} spoke first.
        n: I have told this story many times, and each time {the} get{s} bigger.
        n: I met {name} because of {topic}.
        n: We hid {the} under the floor and swore to tell no one.
        a: I was {doing} when {name} called to say goodbye.
        a: The summer I started {doing} was the summer my brother left.
        Let me tell you about {topic}, and why I can never go back to {town}.
        My grandmother had a saying about {topic}. I wish I had listened.
        I knew three things about {topic}, and all of them were wrong.
        Before {topic}, I was an ordinary {person_bare}.
        """),
}

DETAIL: dict[str, tuple[str, ...]] = {
    "quiet": lines("""
            It was a {day}, and the street was quiet.
            Somewhere a dog barked.
            {she} made tea and let it get cold.
            It was not much, but it was enough.
        [The house|The street|The room] smelled of {smell}.
        {she} had {object} in {hers} pocket and {while} to wait.
        Outside there was {weather}, and {spot} was empty.
        {she} put on {hers} coat and looked at {thing}.
        People said hello, and {she} said hello back.
        The neighbors thought it was about {thing}, but it was about love.
        {friend_cap} had said it would pass.
        """),
    "mystery": lines("""
            The door was still locked from the inside.
            Rain ran down the window.
            There were wet footprints on the floor.
            Somebody laughed in the next room.
        There was {weather} that night, and {spot} was dark.
        Beside it lay {object}, still warm.
        {she} locked the door and listened.
        Somebody had written the date on it: {day}, the {number_th}.
        The only witness was {animal}.
        {she} counted the steps: {number}, then silence.
        """),
    "funny": lines("""
            Even the dog looked away.
            There were {number} witnesses, and all of them clapped.
            The mayor was not amused.
            {she} had only come for the {food}.
        {friend_cap} laughed for {while}.
        To be fair, there had been a lot of {food}.
        {she} tried to look calm, which is hard with {object} on your head.
        {animal} watched and said nothing.
        It did not help that {she} was dressed as {person}.
        {she} blamed {thing}.
        """),
    "wonder": lines("""
            The moon was very close that night.
            All the birds stopped to listen.
            A small light danced above the trees.
            It smelled of {smell} and of far away places.
        It was {adj} as {thing} and {adj_too} as a song.
        The wind carried the smell of {smell}.
        {animal} sat beside it and kept watch.
        Nobody had dared to touch it for {years}.
        The stars came closer to see.
        It asked for {object} and {number} tears.
        """),
    "future": lines("""
            The city below was silent and bright.
            Two moons stood above the dust.
            The old engines began to hum.
            There were only {number} people left on the station.
        {she} checked the air, the lock, and the clock.
        The screens went {color}, one after another.
        The machines hummed and waited.
        Outside, the dust was {color} and very still.
        {she} had {number} hours of air and {object}.
        Nobody answered the radio.
        """),
    "voice": lines("""
            I was not afraid, not yet.
            It was the hottest day of the year.
            You would have done the same.
            My brother never forgave me.
        That was in {month}, the year of the big {weather_noun}.
        I can still smell the {smell}.
        {name} said I would regret it, and {name} is always right.
        I carried {object} with me the whole way.
        Nobody asked me, so I said nothing.
        We were young, and the town was small.
        """),
}

HOOK: dict[str, tuple[str, ...]] = {
    "quiet": lines("""
            Somebody was waiting at the gate.
            {she} took a deep breath and began.
        Today was different.
        It was time to begin again.
        Then, one {day}, someone answered.
        {she} did not know yet that it was the last time.
        That was the year everything changed.
        Tomorrow {she} would leave, and nobody knew.
        Then the telephone rang.
        {she} opened the window and let the {weather_noun} in.
        """),
    "mystery": lines("""
            Then {she} saw the second letter.
            Somebody had been there first.
        Then somebody knocked.
        And then it was gone again.
        The next morning, nobody remembered a thing.
        It was {hers} own handwriting.
        And it was moving.
        {she} had {while} to find out why.
        The clock struck {hour}, and the light went out.
        Only one person could have known, and that person was dead.
        """),
    "funny": lines("""
            Then the bells began to ring.
            It was only {day}.
        Things got worse when {hers} mother arrived.
        Nobody had asked the goat.
        It was going to be a long day.
        {she} had until {hour} to put it right.
        And that was before breakfast.
        It would have worked, too, without {animal}.
        By noon it was in the newspaper.
        """),
    "wonder": lines("""
            It was the beginning of something new.
            {she} made a wish and closed {hers} eyes.
        "I have waited for you," it said.
        And so the journey began.
        But every wish has a price.
        That night, {name} followed it into the dark.
        One morning it was awake.
        Nobody who went looking ever came back the same.
        """),
    "future": lines("""
            Then the ground began to shake.
            {she} was not alone.
        Then it spoke.
        It knew {hers} name.
        And then the lights went out.
        It had been waiting for {years}.
        There was something alive under the ice.
        {she} pressed the button anyway.
        Somebody else was on board.
        It was the first message in {years}.
        """),
    "voice": lines("""
            Then the phone rang.
            I can tell you now, because nobody is left to ask.
        This is how it started.
        I should have run.
        I never saw {name} again.
        But I am getting ahead of myself.
        I still have the key.
        It was the best mistake of my life.
        """),
}
