"""Ideas: for each kind of question, by voice, what is answered. How people ask stands in `words_brainstorm.py`.

Bound: the topic's forms; `{aim}` and `{who}` for things to be made; `{use}` for what an object affords.
"""

from jobs.pretrain.grammar import lines

STYLES: dict[str, dict[str, tuple[str, ...]]] = {
    "uses": {
        "plain": lines("""
            Use {the} as {use}.
            Turn {the} into {use}.
            {the} makes a good {use_core}.
            Make {use} out of {one}.
            Use {the} as {use} for {who}.
            Use {the} as {use} in {spot}.
            """),
        "craft": lines("""
            Paint {the} {color} and use it as {use}.
            Tie {number} of them together to make {use}.
            Cut {the} in half and make {use}.
            Cover {the} with paper to make {use}.
            Give {the} new paint and turn it into {use}.
            Fill {the} with {filling} and make {use}.
            """),
        "play": lines("""
            A race where {who} balance {topic} on their heads.
            A game where you throw {the} into {target}.
            Give {the} a name and keep it as a pet.
            Hide {the} in {spot} and draw a treasure map.
            Use {the} as a microphone and sing to {animal}.
            Build {a_model} for {animal} out of {the}.
            Put on a puppet show with {the} as the {role}.
            """),
        "short": lines("""
            {use}
            {use} for {animal}
            {use} for {spot}
            A {color} {use_core}
            An emergency {use_core}
            {use} made of {core}
            """),
    },
    "app": {
        "plain": lines("""
            An app that helps {who} {aim}.
            An app that shows {who} how to {aim}.
            An app that reminds {who} to {aim} every {day}.
            A map of quiet places for {who}.
            An app where {who} share tips to {aim}.
            An app that plays {sound} when {who} should rest.
            A weekly letter that teaches {who} to {aim}.
            A calendar for {who} with one small way to {aim} each day.
            A free class at {spot} where {who} learn to {aim}.
            A phone line that {who} can call when they want to {aim}.
            A timer that helps {who} to {aim}.
            A checklist that makes it easy for {who} to {aim}.
            A card game that teaches {who} to {aim}.
            A small box that lets {who} {aim} in {number} minutes.
            """),
        "swap": lines("""
            A swap shop where {who} trade old {things}.
            A market at {spot} where {who} sell {things}.
            A group of {who} who meet every {day} to {aim}.
            A library of {things} that {who} can borrow for a day.
            A club where {who} teach each other to {aim}.
            A button that finds another person who wants to {aim}.
            A service that matches {who} with {who_else} to {aim}.
            """),
        "odd": lines("""
            A hat for {who} that hums when it is time to rest.
            A chair that tells {who} a bedtime story.
            A game that gives {who} points when they {aim}.
            A robot {animal_bare} that carries bags for {who}.
            A clock for {who} that only shows the next break.
            A vending machine that sells {food} to {who}.
            A robot {animal_bare} that helps {who} to {aim}.
            A bench that plays {sound} for {who}.
            A coat for {who} with a pocket for {food}.
            An umbrella that gives {who} good advice.
            """),
    },
    "ways": {
        "tip": lines("""
            {tip}.
            {tip} {when}.
            Just {tip}.
            {tip} with {helper}.
            Start on {day}: {tip}.
            First {tip}, then {tip_too}.
            {tip} and {tip_too}.
            """),
        "plain": lines("""
            Set aside {number} minutes {when} to {aim}.
            Ask {helper} to help you {aim}.
            Make a chart on the wall and {aim} one day at a time.
            Put a note on the door that says: {aim}.
            Find {number} friends who also want to {aim}.
            """),
        "game": lines("""
            Make it a game: whoever helps to {aim} gets {prize}.
            Bet {food} with a friend that you can {aim}.
            Give {prize} to everyone who manages to {aim}.
            Let {helper} draw a card each day with one way to {aim}.
            Hold a contest at {spot} for the best way to {aim}.
            """),
    },
    "better": {
        "plain": lines("""
            Make {topic} {adj} and {adj_too}.
            Add {thing} to {topic}.
            Let {who} choose the color of {the}.
            Give {the} a button that says {word}.
            Put {topic} in {spot}, where {who} can find {them}.
            Make {the} quiet {time}.
            """),
        "odd": lines("""
            Let {topic} play {sound} {time}.
            Give {the} wheels and a bell.
            Make {the} out of {material}.
            Let {animal} test {the} first.
            Make {the} smell like {food}.
            Add a small window to {the}.
            """),
    },
    "gift": {
        "plain": lines("""
            {thing} with {gift_name} on it.
            A box with {number} small things: {thing}, {other}, and a letter.
            A day at {outing} with you.
            A ticket for a day at {outing}.
            A book about {topic} with notes in it.
            A {color} box full of {food}.
            """),
        "made": lines("""
            A calendar with {number} photos of {topic}.
            A jar of notes, one for each {day}.
            A song about {topic} that you sing yourself.
            A hand drawn map of all the places you went together.
            A coupon: one free evening at {outing}.
            A small garden in {thing}.
            """),
    },
    "event": {
        "plain": lines("""
            Everyone comes dressed as {person}.
            A night about {theme} with {food} for all.
            A quiz about {theme} with {prize} for the winner.
            Everything is about {theme}: the food, the music, the clothes.
            A {event} about {theme} at {spot}.
            A photo corner with a picture of {theme}.
            Everyone brings {thing} and tells its story.
            Move the {event} to {spot} and bring {food}.
            A {color:1} {event}: only {color:1} food and {color:1} clothes.
            """),
        "game": lines("""
            A treasure hunt around {spot} that ends with {prize}.
            Teams build {thing} out of {material}.
            Guests close their eyes and guess {food} by the smell.
            A race to {do} with one hand.
            Each guest draws a card and must talk like {person}.
            """),
    },
    "article": {
        "plain": lines("""
            {number} things I wish I knew about {topic}.
            A beginner's guide to {topic}.
            Why {who} love {topic}.
            A day in the life of {person} who lives for {topic}.
            What {topic} can teach us about {virtue}.
            The history of {topic} in {number} objects.
            """),
    },
    "story": {
        "plain": lines("""
            {person} finds {topic} at {spot} and has to hide it.
            {animal} who wants to learn about {topic}.
            A town where {topic} {is} the only kind of money.
            Two strangers meet because of {topic} and {thing}.
            {person} wakes up and {topic} {has} disappeared.
            A letter from {topic} to {who}.
            """),
        "title": lines("""
            The {color} {core}
            How {the} saved {day}
            The secret of {the}
            The night of {the}
            A letter from {the}
            Looking for {the}
            {person} and {the}
            {animal} and {the}
            """),
    },
    "business": {
        "plain": lines("""
            Rent out {topic} to {who} by the hour.
            A van that brings {topic} to {who}.
            A shop that sells {topic} together with {food}.
            A monthly box with {topic} and {thing}.
            Teach {who} about {topic} on {day} evenings.
            A repair shop for {topic} with free {food}.
            """),
    },
    "ad": {
        "plain": lines("""
            Put a sign at {spot} that says: {topic} for {who}.
            Let {who} try {topic} for free on {day}.
            A song about {topic} that {who} can not forget.
            Give the first {number} customers {topic} for free.
            Paint a big picture of {topic} on the wall of {spot}.
            Ask {who} to share their best story about {topic}.
            A poster that only says: {topic}.
            Let {animal} wear a sign that says {core}.
            """),
    },
    "whatif": {
        "plain": lines("""
            {who} would meet at {spot} every {day}.
            We would all need to learn how to {do}.
            {topic} would be on the money and on the stamps.
            People would trade {thing} for {food}.
            Schools would teach {virtue} instead of math.
            There would be a museum for {topic}.
            {animal} would be the first to complain.
            Nobody would {chore} anymore.
            """),
        "odd": lines("""
            {friend} would finally be right about {topic}.
            Hats would be {size} and {color}.
            {day} would be a holiday for {topic}.
            {topic} would ask for a raise.
            The news would be about {topic} and {food} only.
            """),
    },
    "topic": {
        "plain": lines("""
            A photo every day for a {period} that shows {topic}.
            A map of {topic} in your town.
            A small museum of {topic} in {spot}.
            Invite {who} to talk about {topic} over {food}.
            A garden shaped like {topic}.
            A club for {topic} that meets {time}.
            """),
        "odd": lines("""
            A costume of {topic} for {animal}.
            {topic} made of {material}.
            A board game about {topic} with {number} rules.
            A song that is only about {topic}.
            A radio show where {topic} answer{s} questions.
            Leave {topic} at {spot} with a note that says {word}.
            """),
    },
}
