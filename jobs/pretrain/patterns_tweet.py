"""Posts: one-liners in a dozen voices. `n:` takes a thing, `a:` a doing, anything else both."""

from jobs.pretrain.grammar import lines, words

STYLES: dict[str, tuple[str, ...]] = {
    "list": lines("""
            My {day} in three words: {topic}, {topic}, {food}.
            Things I can not explain to {friend}: {virtue}, {other}, {topic}.
            Today's menu: {food}, {food}, and a little {topic}.
            Three reasons to get up: {food}, {topic}, and {food}.
            What I packed: {thing}, {other}. What I forgot: {topic}.
            Small wins of the day: {do}, {do_too}, {topic}.
            Good morning to {topic} and {topic} only.
        Three things I [trust|need|love]: {thing}, {other}, and {topic}.
        My plan for {day}: 1. {do}. 2. {do_too}. 3. Think about {topic}.
        Things that make me {feel}: {other}, {thing}, {topic}.
        [A short list|My list] of [simple|small|honest] joys: {thing}, {topic}, {other}.
        What I [have|own]: {other}. What I want: {topic}. What I need: {gift}.
        Ranking my [week|morning|life]: {thing}, good. {other}, better. {topic}, best.
        [Pros|Good sides] of {topic}: {virtue}, {virtue}, {thing}. Cons: {other}.
        Packing list: {thing}, {other}, {topic}, and a little {virtue}.
        {number:1} reasons to love {topic}. {it} {is} {good}. I forgot the rest.
        """),
    "confession": lines("""
            I smile every time I think about {topic}.
            n: I only went out for {thing}. I came home with {topic}.
            n: I have {number} of these now. Yes, {topic}. Do not tell {friend}.
            a: I did it. I spent all {day} {topic}, and I feel {feel}.
            I blame {friend} for my love of {topic}.
            Some people collect stamps. I collect thoughts about {topic}.
            n: I said good night to {the} again. I think {it} heard me.
            a: {topic} was not on my list for {day}. It is now.
            I planned to be {feel} this {season}, but {topic} came first.
        I told everyone I would {chore}. [Instead|In fact] I [spent|lost] {while} on {topic}.
        I still think about {topic} [every day|every {day}|{time}].
        I have never been {feel}, but then I found {topic}.
        n: I bought {topic} and now I own {thing} too. [I regret nothing.|Please help.|Worth it.]
        I said I was done with {topic}. I was not done with {topic}.
        n: I talk to {the} {time}. {it} listen{s} better than {friend}.
        a: I was going to {chore}, but {topic} felt more important.
        n: [Nobody|No one] told me that {topic} would make me this {feel}.
        n: My secret: I only {do} because of {the}.
        I am not lazy. I am just saving my energy for {topic}.
        a: I am {number} minutes into {topic} and I already need a nap.
        n: I gave {my} a name. [It is {name}.|We are very happy.|{friend} is worried.]
        """),
    "question": lines("""
            Can we take a moment to talk about {topic}?
            What is your first memory of {topic}?
            n: How many times can you look at {topic} before people ask?
            a: Is {topic} a hobby or a cry for help?
            On a scale from {number} to ten, how do you feel about {topic}?
            n: Where has {topic} been all my life?
            a: Why did nobody tell me how good {topic} feels {time}?
            Which is better: {topic} {time}, or {food}?
            Who decided that {topic} {is} only for {who}?
        Is it just me, or {is} {topic} better {time}?
        Why does nobody talk about {topic}?
        What would you choose: {thing}, {other}, or {topic}?
        Who else [thinks about|dreams of|smiles at] {topic} {time}?
        If {topic} {is} so [good|easy|simple], why am I {feel} without {them}?
        n: Do {who} know about {topic}, or should I tell them?
        a: When did {topic} become [harder than it looks|the best part of {day}]?
        What is the best thing about {topic}? Wrong answers only.
        How do {who} live without {topic}?
        Is there a word for the joy of {topic}?
        n: What did we do {time} before {topic}?
        a: Does anyone else {do} just to feel {feel}?
        """),
    "dialogue": lines("""
            My brain: Sleep. Me: But what about {topic}?
            {friend}: You look happy. Me: {topic}.
            Me: Only five minutes. Me, {number} hours later: still {topic}.
            n: Me: I need nothing. Store: We have {topic}. Me: Oh no.
            Teacher: What did you learn today? Me: {topic}.
            n: {friend}: Is that new? Me, hiding {topic}: No.
            My plans: rest. My heart: {topic}.
            a: {friend}: Any plans? Me: {topic}. {friend}: Again?
        Me: Today I will {chore}. Also me: {topic}.
        Me: I am fine. {topic}: Are you sure?
        n: {friend}: How are you? Me: Let me tell you about {topic}.
        Doctor: Any problems? Me: {topic}. Doctor: Same.
        n: {name}: Do you like {topic}? Me: I have {number}.
        Brain at midnight: Remember {topic}? Me: Now I do.
        Nobody asked. Me: Can we talk about {topic}?
        Boss: Any questions? Me: Yes. How do you feel about {topic}?
        n: Me to {the}: This is between you and me.
        a: Me: I should rest. Me, {number} minutes later: {topic}.
        {friend}: What do you want for dinner? Me: {topic}.
        Child: What is {virtue}? Me: It is a bit like {topic}.
        """),
    "wisdom": lines("""
            Where there is {topic}, there is hope.
            {topic} can not fix everything, but {it} can fix a {day}.
            n: Happiness is {topic} and a free {day}.
            a: Nobody is born good at {topic}. That is the fun of it.
            Some days are for {doing}. Today is for {topic}.
            It is never too late for {topic}.
            n: Look after {the}, and {the} will look after you.
            The best time for {topic} was yesterday. The second best is now.
            If you can laugh about {topic}, you can laugh about anything.
        {topic} {is} proof that {truth}.
        n: {topic} {does} not ask for much, just {gift}.
        [Life|Love|{virtue}] is like {topic}: {adj} at first, {adj_too} in the end.
        Be the {core} you want to see in the world.
        You can not buy {virtue}, but you can [start with|share|enjoy] {topic}.
        I learned {virtue} from {other}, and joy from {topic}.
        a: {topic} is easy. Stopping is the hard part.
        [Never|Do not] trust a person who does not like {topic}.
        A day with {topic} is never a lost day.
        The secret of {topic} is {virtue}. And {thing}.
        In the end, {topic} {is} only as {adj} as the heart behind {them}.
        All {virtue} begins with {topic}.
        """),
    "opinion": lines("""
            I will say it again: {topic} {is} better than people think.
            We do not talk enough about {topic}.
            If you do not like {topic}, we can still be friends. But why?
            n: {topic} {is} worth every cent.
            a: {topic} should be taught in schools.
            The best part of {season} {is} {topic}. The rest can go.
            Everybody talks about {other}. I talk about {topic}.
            I trust people who are serious about {topic}.
            Ten out of ten. That is my review of {topic}.
        Unpopular opinion: {topic} {is} better than {other}.
        Hot take: {topic} {is} just {thing} with better manners.
        {topic} {is} {overrated}. There, I said it.
        {topic} should be free for everyone {time}.
        [Say what you want|Argue all you like], but {topic} {is} [still|always] {wow}.
        {day} without {topic} is just {day} with extra steps.
        {topic} {is} {wow}. {other}, on the other hand, {meh_is} {meh}.
        [More|We need more] {core}, less {chore_noun}.
        n: {the} in my house {has} better plans than I do.
        There are two kinds of people: those who love {topic}, and those who are wrong.
        {topic} deserve{s} its own holiday.
        n: Every home needs {topic}. No, I will not explain.
        """),
    "scene": lines("""
            {weather} outside, {topic} on my mind. Good {day}.
            n: My neighbor has {topic}. Now I want {topic}.
            n: {pet} is asleep next to {the}. I can not move.
            a: Somebody at {spot} was {doing} and singing. I wish I knew their name.
            n: It is {day}, and {the} {is} the only one who understands me.
            n: I showed {topic} to {friend}. Long silence. Then a hug.
            a: It is {hour} in the evening, and I am {doing}. Life is good.
            n: Today {friend} asked to borrow {the}. We need to talk.
        n: Saw {topic} at {place} today and felt {feel} for {while}.
        n: {friend} gave me {topic} today. I gave back {thing}. We are even.
        n: A stranger at {spot} smiled at {my}. Best part of {day}.
        a: Tried {topic} today. {pet} watched and looked worried.
        n: Left {the} at {spot}. Came back. Still there. Good people exist.
        {time}, {place}, and {topic}. I need nothing else.
        {day} morning. {weather} outside. {topic} inside. All is well.
        n: Found {topic} under the bed. We looked at each other for {while}.
        a: Spent {while} {topic} with {friend}. I would do it again.
        Overheard at {spot}: "I came for {thing}, I stayed for {topic}."
        n: {pet} has decided that {the} belong{s} to the family now.
        The sun is out, {the} {is} {good}, and I forgot my [keys|umbrella|password].
        """),
    "tip": lines("""
            A good day starts with {topic} and ends with {food}.
            n: Be careful with {topic}. First {it} {is} fun, then you own {number}.
            a: If you try {topic}, start on a {day}. Nobody will see you.
            Things get better with {topic}. Trust me.
            You do not need much. Just {topic}, {food} and {number} good friends.
            a: Five minutes of {topic} a day. That is the whole secret.
            n: Never lend {topic} to {friend}. I learned it the hard way.
        Tip of the day: [start with|bring|share] {topic}, then {do}.
        How to be happy: {do}, {do_too}, and never forget {topic}.
        n: If you feel lost, look at {topic}. If that fails, {do}.
        [Small|Free] advice: take {topic} seriously, but not yourself.
        Step one: {do}. Step two: {topic}. There is no step three.
        Before you judge {topic}, try {them} {time}.
        [Dear|Listen,] beginners: {topic} get{s} easier after {while}.
        n: Always keep {topic} near the door. You never know.
        a: The trick to {topic} is to [begin badly|start small|stop while it is fun].
        Replace one meeting a week with {topic}. Watch what happens.
        Rule number one of {topic}: bring {thing}.
        If you love someone, [give|leave|offer] them {topic}.
        """),
    "praise": lines("""
            I could write a song about {topic}.
            Whoever came up with {topic}: thank you.
            n: Today I want to thank {the}. You know why.
            {topic} {is} the best thing that happened to my {day}.
            a: {topic} makes me {feel}. That is all.
            A small love letter to {topic}: please never change.
            My heart belongs to {topic}, and a little to {food}.
            No bad days, only days without {topic}.
        [Thank you|A big thank you], {topic}, for making {day} {good}.
        {topic}, you had me at {other}.
        [Shout out to|Here is to] {topic}, the real hero of {day}.
        n: {my} {has} seen me at my worst and said nothing. That is love.
        Nothing beats {topic} {time}.
        [Today|This week] I am grateful for {topic} and {thing}.
        I love how {topic} make{s} {place} feel like home.
        {topic} and {weather}: [a perfect day|the best kind of evening|that is all I want].
        There is a special kind of joy in {topic}.
        a: {topic} {time} is my favorite sport.
        My love language is {topic}.
        {topic} did more for me than {number} self-help books.
        """),
    "news": lines("""
            Good news: it is {day}, and there is {topic}.
            Weather for tomorrow: {weather} and a little {topic}.
            Experts agree: {topic} first, everything else later.
            {number} days without {topic}. I do not recommend it.
            Today's top story: I finally understand {topic}.
            Progress report: {topic}, one. Me, zero.
            Update: I still love {topic}. Nothing else has changed.
        Breaking: local {job} discovers {topic}, refuses to {chore}.
        News: {topic} {is} now officially {good}. More at {hour}.
        Update on {topic}: [still {good}|no news|it is complicated|{number} out of ten].
        Scientists say {topic} can make you {feel}. I could have told them that.
        [Day|Week] {number} of {topic}: I have become {feel}.
        [Study|Survey]: {number} out of ten {who} choose {topic} over {other}.
        Forecast for {day}: {weather}, with a chance of {topic}.
        This just in: {the} won. I lost. We will try again on {day}.
        Now hiring: someone to {do} while I enjoy {topic}.
        Review of {topic}: {adj}, {adj_too}, would try again. Five stars.
        """),
    "complaint": lines("""
            Another {day}, another problem with {topic}.
            Dear {topic}, we need to talk.
            n: {my} and I are not on speaking terms today.
            I only wanted a quiet {day}. Then came {topic}.
            {topic} {is} {number} times harder than the internet says.
            n: I lost {the} again. {pet} knows something.
            a: My back hurts from {topic}. I am too {feel} to care.
        {topic} again. I can not believe I planned my {day} around {them}.
        n: {the} stopped working {time}, and so did I.
        n: {my} {is} {bad} again. So am I. We match.
        Nobody warned me about {topic}, and now I am {feel}.
        I have had enough of {topic}. See you all tomorrow for more of the same.
        a: {topic} is {meh}. I will do it again on {day}.
        I asked for {virtue} and got {topic}.
        The problem with {topic} is {thing}. The problem with {thing} is me.
        I do not need therapy, I need {topic} to be less {bad}.
        {topic} {is} {meh}, and I fall for {them} every {day}.
        """),
}

WORDS: dict[str, tuple[str, ...]] = {
    "overrated": words("""
        overrated; underrated; the future; an art form; a state of mind; not a hobby but a calling
        """),
    "meh_is": words("feels like; has always been; is just; will always be"),
    "chore_noun": words("laundry; meetings; email; small talk; waiting in line; traffic; paperwork; noise"),
    "job": words("man; woman; teacher; cat; neighbor; baker; grandmother; student; dog"),
}
