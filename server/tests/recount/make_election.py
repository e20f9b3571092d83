"""Writes election-30-2000.csv: 30 topics, 2,000 voters in three places of unlike size, always the same."""

state = 20261123


def draw(bound):
    """A number below bound, from a linear congruential generator with Knuth's MMIX constants."""
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state >> 33) % bound


# The large place cares for topics 1-12, the middle one for 11-21, the small one for 20-30.
PLACES = [(1150, range(1, 13)), (550, range(11, 22)), (300, range(20, 31))]

with open("election-30-2000.csv", "w", newline="") as out:
    out.write("voter,topics\n")
    voter = 0
    for people, own in PLACES:
        for _ in range(people):
            voter += 1
            topics = set()
            for place, topic in enumerate(own):
                if draw(100) < 55 - 3 * place + draw(12):
                    topics.add(topic)
            for _ in range(draw(3)):
                topics.add(1 + draw(30))
            out.write(f"{voter},{';'.join(map(str, sorted(topics)))}\n")
