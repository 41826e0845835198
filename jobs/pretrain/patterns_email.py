"""Short emails: what is asked for, and a subject, a greeting, two or three sentences and a close.

An ask is `what is asked ; subject ; first sentence ; closing question`, with the same words in `{slot:x}` throughout.
"""

from jobs.pretrain.grammar import lines, words

ASKS: dict[str, tuple[str, ...]] = {
    "request": lines("""
        asking for a day off on {day:1}; Day off on {day:1}; I would like to take {day:1} off.; Would \
            that work for you?
        asking for {topic}; {topic}; I am writing to ask for {topic}.; Is that possible?
        asking {name:1} for help with {topic}; Help with {topic}; I need some help with {topic}.; Do you \
            have time this {day:1}?
        borrowing {topic}; May I borrow {topic}?; I would like to borrow {topic} for {while:1}.; Would \
            that be all right?
        asking for a raise; A talk about my pay; I would like to talk about my pay.; Do you have time on \
            {day:1}?
        more time for {topic}; More time for {topic}; I need a little more time for {topic}.; Would \
            {day:1} be all right?
        a question about {topic}; A question about {topic}; I have a quick question about {topic}.; \
            Could you tell me more?
        """),
    "meeting": lines("""
        moving the meeting to {day:1}; Meeting moved to {day:1}; Could we move our meeting to {day:1}?; \
            Does {hour:1} work for you?
        a meeting about {topic}; Meeting about {topic}; I would like to meet and talk about {topic}.; \
            Are you free on {day:1} at {hour:1}?
        cancelling the meeting on {day:1}; Meeting on {day:1}; I am sorry, but I have to cancel our \
            meeting on {day:1}.; Can we find a new date?
        a reminder about {topic}; Reminder: {topic}; This is a short reminder about {topic}.; Will you \
            be there on {day:1}?
        planning the {event:1}; Planning the {event:1}; We are planning the {event:1} for {day:1}.; Can \
            you help with {topic}?
        """),
    "thanks": lines("""
        thanking {name:1} for {topic}; Thank you for {topic}; Thank you so much for {topic}.; May I \
            invite you to lunch?
        thank you for the {event:1}; Thank you for the {event:1}; Thank you for the {event:1} on \
            {day:1}.; When can we do it again?
        thanks for help with {topic}; Thank you; Thank you for your help with {topic}.; How can I return \
            the favor?
        good news about {topic}; Good news about {topic}; I have good news about {topic}.; Shall we \
            celebrate on {day:1}?
        """),
    "sorry": lines("""
        saying sorry for {topic}; Sorry about {topic}; I am very sorry about {topic}.; Can you forgive me?
        sorry for being late; Sorry that I was late; I am sorry that I was late on {day:1}.; May I buy \
            you a coffee?
        a complaint about {topic}; A problem with {topic}; There is a problem with {topic}.; Could you \
            please look into it?
        a late delivery of {topic}; Late delivery; I ordered {topic} and nothing has arrived.; Where is \
            my order?
        a refund for {topic}; Refund for {topic}; I would like a refund for {topic}.; How do I send it back?
        """),
    "invite": lines("""
        inviting {name:1} to a {event:1}; Invitation to our {event:1}; We would love to see you at our \
            {event:1} on {day:1}.; Can you come?
        an invitation to a {event:1}; You are invited; You are invited to a {event:1} on {day:1} at \
            {hour:1}.; Will you join us?
        our new {core}; Our new {core}; We are happy to tell you about our new {core}.; Would you like \
            to see it?
        {topic}; {topic}; I am writing to you about {topic}.; What do you think?
        telling the team about {topic}; News about {topic}; I have some news about {topic}.; Are there \
            any questions?
        introducing myself to {name:1}; Hello from {place_new:1}; I am new at {place_new:1} and wanted \
            to say hello.; Shall we have coffee?
        applying for a job as {person:1}; Job as {person:1}; I would like to apply for the job as \
            {person:1}.; May I come in for a talk?
        """),
}

MIDDLE = lines("""
    It would help me a lot, and it only takes {number} minutes.
    I know that this is short notice, so I understand if it does not work.
    I have thought about it for {while}, and I think it is the right time.
    {name} from the team will bring {food}.
    I have added a short list with the details.
    We can meet at {spot} or talk on the phone.
    Everything else stays as planned.
    It means a lot to me and to the whole team.
    The rest of the work will be done by {day}.
    There will be {food} for everyone.
    I will be there {time} and can answer questions.
    If you need anything from me, just say so.
    Last time it went very well, and I hope we can do it again.
    Please let me know by {day}.
    """)

HELLO = lines("""
    Hi {to},
    Hello {to},
    Dear {to},
    Good morning {to},
    """)

BYE = lines("""
    Best,
    Thank you,
    Best wishes,
    Kind regards,
    All the best,
    See you soon,
    """)

TO = lines("""
    {name}
    {name}
    team
    all
    neighbors
    """)

WORDS: dict[str, tuple[str, ...]] = {
    "place_new": words("""
        the office; the library; the school; the book club; the second floor; the bakery; the shop
        """),
}
