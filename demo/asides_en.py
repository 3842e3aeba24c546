"""Small talk beside the topic, farewells, system notes and summaries in English. Notation: `demo.script`."""

ASIDES = """
= Care and cleaning
U?  [One more thing|While I'm here]: how do I clean the {item}? [There's dust on it already|I don't want to ruin it].
A   A soft, dry cloth once a week. For stains, lukewarm water with a drop of [neutral soap|washing-up liquid]; no glass cleaner, please.

= Warranty
U?  [By the way|Just so I know], how long is the warranty on the {item}?
A   Five years on [electronics|the LED] and ten on wood and metal. You don't need to register, the order number is enough.

= Opening hours
U?  What are the opening hours of the showroom in {showroom}?
A   Monday to Saturday from 10:00 to 19:00. [On the first Sunday of the month|In December on Sundays, too,] we're open until 17:00.

= Spare bulbs
U?  Do you [sell|keep] spare bulbs, too? [My old ones are hard to find|I have an older lamp of yours].
A   Yes, for every lamp since 2009. Tell me the code under the base, [it starts with {prefix}|two letters and four digits], and I'll find
    the right one.

= Change of address
U>  We're moving in [spring|two months]. Can you already note the new address?
A   I've [put|made] a note in your account. You can enter the address there yourself from today, valid from any date you like.

= Samples
U>  Could you send me samples of the {wood} and the {colour}? [My partner wants to see them|I can't judge it on screen].
A   They're on their way [today|tomorrow], free of charge, up to five. You needn't send them back.

= Trade account
U?  I also [buy|order] for {firm}. Is there a trade price?
A   Yes, from the second order in a year: between 8 and {pct} percent. I'll send you the [form|application], it's a single page.

= Gift
U?  The {other} would be a present. Can you [gift-wrap it|add a card]?
A   With pleasure: grey paper, a linen ribbon and a [handwritten|small] card with up to 200 characters. It's free over £100.

= Packaging
U?  What do I do with all the packaging? [It's a lot of cardboard|My bin is full].
A   It's cardboard and paper only, no foam. The crew can take it [away|back] if you tell them at the door.

= Instalments
U?  Can I pay in instalments? {price} at once is [a bit much|a lot this month].
A   Yes, in three parts at no cost, or [six|twelve] with a small charge. You choose it on the payment page.

= Old furniture
U?  Would you take [an old wardrobe|my old lamp] away when you deliver?
A   One piece per delivery, [yes|gladly]. Lamps and electronics are free by law, larger furniture is £35.

= Where it is made
U?  Where are your things [actually made|made]? I try to buy [locally|responsibly].
A   Lamps in Brescia, furniture [in Cantù and in Leeds|in two family workshops], from certified European larch, oak and ash.

= Assembly
U?  Is the {other} [hard to assemble|delivered assembled]? I have [two left hands|hardly any tools].
A   The legs are [screwed on|four screws], everything else is done. Ten minutes, and the key is in the box.

= Newsletter
U>  Please take me off the newsletter, [it's too often|I get two a week]. The rest is fine.
A   Done, you won't receive it any more. [Messages about orders|Order messages] still reach you, of course.
"""

FAREWELLS = """
U+* [Great|Perfect|Lovely], that's all I needed. [Thank you|Thanks a lot] for your help!
U+* [Thanks|Thank you], that was [quick|very helpful]. Have a nice day!
U*  All clear now, thanks. [Bye|Goodbye].
A   {thanks}! [Have a lovely day|Enjoy the rest of the day], and we're here if anything comes up.
A   You're welcome, and thank you for choosing {company}. [All the best|Until next time]!
"""

SYSTEM = {
    "chat": ("Conversation started on the website.", "Conversation closed. Customer rating: {stars} out of 5."),
    "email": ("E-mail received at care@{domain}.", "Conversation closed: no reply for 48 hours."),
    "sms": ("Incoming text message from the number ending in {digits}.", "Conversation closed: no reply for 24 hours."),
    "voice": ("Call started. Recording accepted by the customer.", "Call ended. Customer rating: {stars} out of 5."),
    "video": ("Video call started. Camera on.", "Video call ended. Customer rating: {stars} out of 5."),
    "joined": ("{joined} joined the conversation.", ""),
}

SUMMARIES = {
    "delivery": "The customer asked about order {order} ({item}). Delivery with {carrier} is agreed for {soon}.",
    "invoice": "Question about invoice {invoice} for order {order}. The corrected invoice goes to {firm}; nothing is outstanding.",
    "return": "Return {ref} for the {item} (order {order}). Collection arranged, {price} will be refunded.",
    "complaint": "Complaint about a damaged {item} (order {order}), case {ref}. Replacement promised for {soon}.",
    "advice": "Advice on lighting a {room} of {area} square metres. The {item} in {colour} was recommended at {price}.",
    "price": "Project enquiry for {qty} of the {item}, list total {total}. Offered at {net}, quote {quote} valid until {due}.",
    "appointment": "Appointment in {showroom} to see the {item}, with {colleague}. The customer asked for a reminder.",
    "call": "Call about the {item} (order {order}): technical trouble, solved under warranty, case {ref}.",
}
