"""Short marketing copy: one line that sells. Bound: `{topic}` and its forms, `{company}`."""

from jobs.pretrain.grammar import lines, words

STYLES: dict[str, tuple[str, ...]] = {
    "short": lines("""
            Your new favorite: {topic}.
            {topic}. You will wonder how you lived without {them}.
            Big days need {topic}.
            {topic} that feel{s} right.
            Good {day}s start with {topic}.
            Simple. Honest. {topic}.
        {topic}. [Made simple.|Made with care.|Done right.|Now even better.|Ready when you are.]
        [Less|No more] {pain}. More {topic}.
        {adj}. {adj_too}. {topic}.
        {topic}, the way {it} should be.
        Small price. Big smile. {topic}.
        Come for {the}. Stay for the {benefit}.
        {topic} for {who}. [Finally.|At last.|Every day.]
        [Meet|Say hello to] {topic}. Say goodbye to {pain}.
        One {place_word}. {number} smiles. {topic}.
        {topic}: because {day} needs it.
        """),
    "promise": lines("""
            {topic} you will want to show to {friend_plain}.
            We spent {years} on {the}, so you only need {while}.
            {topic} made for real life, and for {who}.
            Once you try {topic}, there is no way back.
            {topic} so good that {friend_plain} will ask for {them}.
            One look at {topic} and you will know.
        {topic} that make{s} your {day} [easier|brighter|shorter|better].
        With {topic}, every {when} feels like {treat}.
        Give us {while} and {topic} will give you {benefit}.
        n: {the} that {does} the hard part, so you can {do}.
        We put the {adj} back into {topic}.
        n: You bring the {thing_word}, we bring {topic}.
        {topic} you can trust, from people who care.
        Try {topic} for {price}. Keep the smile.
        If {topic} {does} not make you {feel}, we give you your money back.
        {topic} now with [twice|all] the {benefit} and no {pain}.
        """),
    "question": lines("""
            When did you last treat yourself to {topic}?
            Need a gift? How about {topic}?
            Can {topic} change your {day}? Come and see.
            What would {friend_plain} say about {topic}?
            Why settle for less than {topic}?
        Tired of {pain}? Try {topic}.
        What if {topic} could be {adj} and {adj_too}?
        Ready for {topic}? [So are we.|Start today.|The door is open.]
        Why wait for {day} when {topic} {is} here now?
        Who says {topic} can not be {adj}?
        n: Looking for {topic}? You just found {them}.
        Still dreaming of {topic}? Wake up and try {them}.
        Do you love {topic}? Then you will love [us|what comes next|our new store].
        """),
    "invite": lines("""
            Only this {day}: {topic} for half the price.
            Come for a coffee, leave with {topic}.
            {topic} {is} waiting for you. Come by {time_plain}.
            Last chance: {topic} at {price}, only until {day}.
            Bring {friend_plain} and get {topic} for two.
            Be the first to try {topic}.
        Come in, sit down, and enjoy {topic}.
        This {day}: {topic} at {price}. Bring a friend.
        Open {time}: {topic} for {who}.
        Join [two|three|five|seven] hundred {who} who already chose {topic}.
        Visit us on {day} and discover {topic}.
        Try {topic}. The first {topic_word} is on us.
        Book today and get {topic} with {gift_word} for free.
        Bring your {who_word}. We have {topic} for everyone.
        n: Find {the} that fit{s} your life, only at {company}.
        [Order|Start] now, enjoy {topic} by {day}.
        """),
    "brand": lines("""
            {company} and {topic}: made for each other.
            Ask for {topic} by name. Ask for {company}.
            {company}: your home for {topic}.
            For {topic}, there is only {company}.
        {company}: {topic} with a heart.
        {company}. Where {topic} feel{s} like home.
        At {company}, {topic} {is} never {pain_word}.
        {company}: we know {topic}.
        {topic} by {company}. {adj}, {adj_too}, yours.
        Since day one, {company} has meant {topic}.
        {company}: {good} people, {good} {core}.
        Think {topic}. Think {company}.
        {company} makes {topic} {adj} again.
        """),
    "story": lines("""
            For {years} we had one dream: {topic} for everyone.
            It took {number} tries and a lot of coffee. Here {is} {topic}.
            We asked [two|three|five|seven] hundred {who} what they want. They said {topic}.
            n: What began as a gift for {friend_plain} is now {topic} for everyone.
        We started with {thing} and a dream. Now we have {topic}.
        n: Somewhere between {thing} and {other}, there {is} {topic}.
        First {thing}. Then {other}. Now {topic}.
        n: {friend_word} wanted {topic}. So we made {them}.
        n: It began in a small kitchen. It ends with {the} in your hands.
        Every great {when} begins with {topic}.
        Made by {who}, for {who}: {topic} you will want to share.
        """),
}

WORDS: dict[str, tuple[str, ...]] = {
    "pain": words("""
        waiting; stress; long lines; small print; noise; boring days; bad mornings; guessing; mess
        empty weekends; cold nights; lost time; hidden fees; heavy bags
        """),
    "friend_plain": words("your best friend; your mother; your neighbors; your boss; your sister; your grandmother"),
    "time_plain": words("after work; this weekend; before lunch; this summer; any time"),
    "pain_word": words("boring; late; too much; hard to find; an afterthought; just business"),
    "benefit": words("""
        joy; comfort; taste; time; rest; fun; calm; color; warmth; company; peace of mind; fresh air
        good mood
        """),
    "treat": words("""
        a holiday; a Sunday; home; a fresh start; a small party; a warm hug; summer; a day off
        """),
    "when": words("morning; evening; weekend; lunch break; Monday; trip; day; night; story; party"),
    "place_word": words("shop; street; cup; room; city; click; bite; step; visit; day"),
    "thing_word": words("friends; dreams; hunger; ideas; questions; music; family; appetite; curiosity"),
    "topic_word": words("visit; try; taste; hour; lesson; cup; week; round; ride"),
    "gift_word": words("a warm drink; a small gift; a map; a friend; free delivery; a cookie; a smile"),
    "who_word": words("friends; family; dog; neighbors; team; kids; grandmother; best ideas"),
    "friend_word": words("""
        Our grandmother; A nurse; Our neighbor; A tired father; A young baker; Our first customer
        A student; Everyone we know
        """),
}
