"""Words for story openings: what the patterns of `patterns_story.py` name beside what all tasks name."""

from jobs.pretrain.grammar import words

WORDS: dict[str, tuple[str, ...]] = {
    "weather_noun": words("storm; rain; snow; fog; heat; flood; wind; frost"),
    "object": words("""
        a single {color} glove; a photograph of {town}; a key with no lock; a broken watch; half an apple
        a train ticket; a folded map; a silver coin; an old photograph; a small bell
        a jar of buttons; a letter with no name; an empty cage
        """),
    "number_age": words("ten; eleven; twelve; sixteen; twenty; thirty; forty; sixty; seventy"),
    "number_child": words("six; seven; eight; nine; ten; eleven; twelve; thirteen"),
    "number_th": words("third; fourth; ninth; tenth; twelfth; fortieth; hundredth; last; first"),
    "strange": words("""
        hum; sing; move; whisper; grow; shine; float; breathe; answer questions; tell the future
        """),
    "plural": words("chickens; policemen; balloons; lawyers; ducks; cakes; umbrellas; cousins; trombones"),
    "smell": words("smoke; bread; oranges; salt; dust; paint; roses; coffee; wet wool; pine; soap"),
    "year": words("2090; 2150; 2201; 3000; 2077; 2345"),
    "person_bare": words("baker; student; nurse; clerk; boy; girl; teacher; cook; thief; gardener"),
    "friend_cap": words("""
        {hers} sister; {hers} brother; the old postman; {hers} teacher; everyone; the neighbor
        """),
}
