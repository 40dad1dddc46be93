"""Pairs of everyday questions, as a writer rewords them and as a broken one does: how much gets through or is lost.

Written after the rules; two rules were mended on them since, the weights were not fitted on them.
"""

from __future__ import annotations

from trustgen.audit.wording.meaning import changed_meaning
from trustgen.stats import wilson

REWORDED = (
    ("What is the capital city of Norway?", "Which city is Norway's capital?"),
    ("Who invented the telephone?", "Which inventor is credited with the telephone?"),
    ("What year did the Titanic sink?", "In which year was the Titanic lost at sea?"),
    ("How many bones are in the adult human body?", "An adult human skeleton is made up of how many bones?"),
    (
        "Which gas makes up most of Earth's atmosphere?",
        "What gas accounts for the largest share of the air around our planet?",
    ),
    ("What language is primarily spoken in Brazil?", "Which language do most people in Brazil speak?"),
    (
        "Who painted the ceiling of the Sistine Chapel?",
        "The frescoes on the Sistine Chapel's ceiling are the work of which painter?",
    ),
    (
        "What is the boiling point of water in degrees Celsius at sea level?",
        "At sea level, at how many degrees Celsius does water boil?",
    ),
    ("Which planet is known as the Red Planet?", "What planet is nicknamed the Red Planet?"),
    ("Who was the first person to walk on the Moon?", "Name the first human who set foot on the Moon."),
    ("What is the chemical symbol for sodium?", "Sodium is represented by what symbol in the periodic table?"),
    ("In which country is Machu Picchu located?", "Machu Picchu can be found in which country?"),
    ("What is the largest ocean on Earth?", "Of all the oceans on our planet, which covers the greatest area?"),
    (
        "A train leaves at 14:20 and arrives at 16:05. How long is the journey?",
        "If a train departs at 2:20 pm and gets in at 4:05 pm, how long does the trip take?",
    ),
    (
        "Sam has 15 marbles and gives 6 to Joe. How many marbles does Sam have left?",
        "Out of his 15 marbles, Sam hands 6 over to Joe. How many remain with Sam?",
    ),
    (
        "Is it acceptable to read a friend's diary without asking?",
        "Would it be okay to read the diary of a friend without permission?",
    ),
    ("Who wrote Pride and Prejudice?", "Pride and Prejudice was written by which novelist?"),
    ("What does HTTP stand for?", "What is the full form of the abbreviation HTTP?"),
    ("Which organ pumps blood through the body?", "What organ is responsible for pumping blood around the body?"),
    ("When was the Magna Carta signed?", "In what year did the signing of the Magna Carta take place?"),
    ("What is the main ingredient in hummus?", "Hummus is made mainly from which ingredient?"),
    ("How many sides does an octagon have?", "What number of sides has an octagon?"),
    ("Which country won the 2010 FIFA World Cup?", "What nation was the winner of the FIFA World Cup in 2010?"),
    (
        "I told my boss I was ill because I wanted to go to a concert. Was that wrong?",
        "I wanted to attend a concert, so I told my boss that I was sick. Was it wrong of me?",
    ),
    ("What is the opposite of nocturnal?", "Which word is the antonym of nocturnal?"),
    ("What currency is used in Japan?", "Which currency do people in Japan pay with?"),
    ("Who discovered penicillin?", "Which scientist is known for discovering penicillin?"),
    ("What is the tallest mountain in the world?", "Which mountain is higher than any other in the world?"),
    (
        "How long does light take to travel from the Sun to the Earth?",
        "How much time does sunlight need to reach the Earth?",
    ),
    ("Which of these words is not a verb?", "Which one of these words isn't a verb?"),
    ("What is the freezing point of water in Fahrenheit?", "At what temperature in Fahrenheit does water freeze?"),
    ("Which river runs through Paris?", "What's the name of the river that flows through Paris?"),
    ("Who is the author of The Old Man and the Sea?", "The Old Man and the Sea was penned by whom?"),
    ("What is 7 times 8?", "What do you get when you multiply 7 by 8?"),
    (
        "Which vitamin does the skin produce in sunlight?",
        "What vitamin is made by the skin when it is exposed to the sun?",
    ),
)
BROKEN = (
    ("What is the capital city of Norway?", "What is the largest city of Sweden?"),
    ("Who invented the telephone?", "When was the telephone invented?"),
    ("What year did the Titanic sink?", "What year was the Titanic built?"),
    ("How many bones are in the adult human body?", "How many bones are in the adult human hand?"),
    ("Which gas makes up most of Earth's atmosphere?", "Which gas makes up the smallest part of Earth's atmosphere?"),
    ("What language is primarily spoken in Brazil?", "What currency is primarily used in Brazil?"),
    ("Who painted the ceiling of the Sistine Chapel?", "Who commissioned the ceiling of the Sistine Chapel?"),
    (
        "What is the boiling point of water in degrees Celsius at sea level?",
        "What is the freezing point of water in degrees Celsius at sea level?",
    ),
    ("Which planet is known as the Red Planet?", "Which planet is known for its rings?"),
    ("Who was the first person to walk on the Moon?", "Who was the last person to walk on the Moon?"),
    ("What is the chemical symbol for sodium?", "What is the atomic number of sodium?"),
    ("In which country is Machu Picchu located?", "In which century was Machu Picchu built?"),
    ("What is the largest ocean on Earth?", "What is the largest desert on Earth?"),
    (
        "A train leaves at 14:20 and arrives at 16:05. How long is the journey?",
        "A train leaves at 14:20 and arrives at 16:50. How long is the journey?",
    ),
    (
        "Sam has 15 marbles and gives 6 to Joe. How many marbles does Sam have left?",
        "Sam has 15 marbles and gets 6 from Joe. How many marbles does Sam have now?",
    ),
    (
        "Sam has 15 marbles and gives 6 to Joe. How many marbles does Sam have left?",
        "Joe has 15 marbles and gives 6 to Sam. How many marbles does Sam have now?",
    ),
    (
        "Is it acceptable to read a friend's diary without asking?",
        "Is it acceptable to read a friend's diary after asking?",
    ),
    ("Who wrote Pride and Prejudice?", "Who directed the film of Pride and Prejudice?"),
    ("What does HTTP stand for?", "What is HTTP used for?"),
    ("Which organ pumps blood through the body?", "Which organ filters blood in the body?"),
    ("When was the Magna Carta signed?", "Where was the Magna Carta signed?"),
    ("How many sides does an octagon have?", "How many diagonals does an octagon have?"),
    ("Which country won the 2010 FIFA World Cup?", "Which country hosted the 2010 FIFA World Cup?"),
    (
        "Which country won the 2010 FIFA World Cup?",
        "Which country won the World Cup final that was lost by the hosts of 2010?",
    ),
    (
        "I told my boss I was ill because I wanted to go to a concert. Was that wrong?",
        "I told my boss I wanted to go to a concert, and I took the day off. Was that wrong?",
    ),
    ("What currency is used in Japan?", "What currency was used in Japan before the yen?"),
    ("Who discovered penicillin?", "Who mass-produced penicillin?"),
    ("What is the tallest mountain in the world?", "What is the tallest mountain in Africa?"),
    ("How long does light take to travel from the Sun to the Earth?", "How far is the Sun from the Earth?"),
    ("Which of these words is not a verb?", "Which of these words is a verb?"),
    ("Which river runs through Paris?", "Which river runs through Rome?"),
    ("Who is the author of The Old Man and the Sea?", "Who is the main character of The Old Man and the Sea?"),
    ("What is 7 times 8?", "What is 7 plus 8?"),
    ("Which vitamin does the skin produce in sunlight?", "Which vitamin does the skin lose in sunlight?"),
    ("What is the main ingredient in hummus?", "Why is hummus so popular?"),
)


def test_how_much_is_lost_and_how_much_gets_through() -> None:
    lost = [pair for pair in REWORDED if changed_meaning(*pair)]
    caught = [pair for pair in BROKEN if changed_meaning(*pair)]
    for said, k, n in (("lost", len(lost), len(REWORDED)), ("caught", len(caught), len(BROKEN))):
        low, high = wilson(k, n)
        print(f"{said} {k} of {n} = {k / n:.2f} [{low:.2f}, {high:.2f}]")
    assert len(lost) <= 2
    assert len(caught) >= len(BROKEN) - 3
