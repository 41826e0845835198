"""Short marketing copy: one line that sells. Bound: `{topic}` and its forms, `{company}`."""

from jobs.pretrain.grammar import lines, words

STYLES: dict[str, tuple[str, ...]] = {
    "short": lines("""
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
        Come in, sit down, and enjoy {topic}.
        This {day}: {topic} at {price}. Bring a friend.
        Open {time}: {topic} for {who}.
        Join {number} hundred {who} who already chose {topic}.
        Visit us on {day} and discover {topic}.
        Try {topic}. The first {topic_word} is on us.
        Book today and get {topic} with {gift_word} for free.
        Bring your {who_word}. We have {topic} for everyone.
        n: Find {the} that fit{s} your life, only at {company}.
        [Order|Start] now, enjoy {topic} by {day}.
        """),
    "brand": lines("""
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
