"""What English customers and agents say before a sale: advice, price, appointment, call. Notation: `demo.script`."""

SCRIPTS = {
    "advice": """
U?  [Hello|Hi], I'm looking for a lamp for [the {room}|our {room}]. Would the {item} be [enough|bright enough] for about {area} square
    metres?
U?  Good [morning|evening], can you help me choose between the {item} and the {other}? It's for the {room}.
U?+ Hi! I saw the {item} in a magazine and love it. [Does it suit|Would it work in] a {room} of {area} square metres?
A   {hello}, [good choice|happy to help]. The {item} gives {lumen} lumens, which is [comfortable|right] for {area} square metres if
    there's a second light in the {room}. How high is the ceiling?
A   {hello}, the {item} is one of my favourites. It gives {lumen} lumens of warm light. [Tell me a little about|What's the ceiling height
    in] the {room}.

U   The ceiling is [2.40|2.70|3.10] metres, walls are [white|light grey|sage green], and there's one socket by the window.
A   Then light walls [help you|are on your side]: they reflect a good half of it. I'd place the {item} [beside|near] the window so that it
    lights the wall as well.
A   That works nicely. With that height the light spreads without [glare|dazzling anyone], and the cable of 2.5 metres reaches your socket.

U?  [Can it be dimmed|Is it dimmable]? We [like it soft in the evening|watch films in the {room}].
A   Yes, in three steps at the switch on the cable, or [smoothly|without steps] with our app. It remembers the last setting.
A   It is, down to 5 percent. If you have a wall dimmer, it should be [a trailing-edge one|suitable for LED], any electrician will know.

U?  Which colour would you take with [oak furniture|a dark green sofa|a walnut table]? I'm between {colour} and black.
A   With that I'd take {colour}: it picks up the warmth. Black [is stricter|draws a line], beautiful too, but it wants something else
    black in the room.
A   {colour_big} would be my choice. We can send you a [metal sample|small sample] of both, so that you see them in your own light.

U?  How warm is the light? [I can't stand the cold white|My last lamp was like an office].
A   2,700 kelvin, about like a classic bulb, and with a colour rendering of 95, so [wood and faces look natural|food and wood keep their
    colours].
A   Warm: 2,700 kelvin. There's also a version that goes from 1,800 to 3,000, [like candlelight at its lowest|for {saving} more].

U?  And how long does the LED last? Can I [replace|change] it myself?
A   Around 50,000 hours, twenty years of evenings. It's a module with [two screws|a bayonet]; you can change it without tools of any kind
    but a coin.
A   We guarantee it for five years and [keep spare modules|stock the module] for at least fifteen. Changing it takes a minute.

U$+ You've [convinced|persuaded] me. How much is one {item} in {colour}, and [when could I have it|how soon can you deliver]?
U$  All right, I'd like [one|two of them] in {colour}. What does it cost, with delivery to {city}?
A   {price} each, delivery to {city} included. {colour_big} is in stock, so it would be with you on {soon}. [Shall I put it in a
    basket|Shall I prepare the order] for you?
A   It's {price} in {colour}, and it could [arrive|be there] on {soon}. I've prepared the basket, [you only need to confirm|it's kept for
    two days].

U?  Would the {other} go with it [in the hall|on the desk], or is that too much of the same?
A   It goes well: same brass, another shape, so they [talk to each other|are related] without being twins. Together they come {pct}%
    cheaper.
A   I'd do it. The {other} has the same {colour}, and with both [you save|there's] {pct}% off.
""",
    "price": """
U$  [Hello|Good morning], we're fitting out [a restaurant|an office|a small hotel] in {city} and would need {qty} of the {item}. What
    price could you offer?
U$  Hi, I'm {role} at {firm}. We'd like {qty} of the {item}. [Is there a project price|What's your best price] for that?
U$~ [Hello|Hi], I have a quote from another maker that's {pct}% below yours for {qty} of the {item}. Can you [come closer|match it]?
A   {hello}, a lovely project. The list price is {price}, so {qty} come to {total}. From this quantity I can offer {pct}%: {net}. [When
    would you need them|When is the opening]?
A   {hello}, thank you for asking us. For {qty} pieces the list total is {total}; [as a project|for a project] I can go to {net}, delivery
    included.

U$~ [That's still above our budget|It's a little more than we planned]. What if we took [the {other} as well|all of them in one delivery]?
U>  Could you [go a little further|do better] if we pay in advance?
A   For payment in advance or a single delivery I can [add|give] another 2%. More isn't possible without [changing the finish|touching the
    quality], and I'd rather not.
A   All in one delivery and paid in advance, I can take off [another 2%|the delivery charge], and the {other} would have the same discount.

U?  What would it be with [the plain finish|fabric cable|standard shades] instead of {colour}?
A   Without the {colour} finish each {item} is 9% less. In a public room I'd keep it, though: it [hides fingerprints|ages far better].
A   About 9% less. [For comparison|So that you can compare], I'll put both versions on the quote as alternatives.

U>  Please send a written [offer|quote], made out to {firm}, VAT number {vat}.
A #pdf Attached is quote {quote} for {firm}: {qty} x {item}, {net}, valid until {due}. [Both finishes are listed|The drawings are on page
    two].
A #pdf Here is quote {quote}, valid until {due}. It lists every item with [dimensions and wattage|its energy class], in case your
    architect asks.

U?  What about the terms? We normally pay [30 days after delivery|in two parts].
A   For a first order we ask 40% with the order and the rest [before dispatch|on delivery]; from the second one on, 30 days.
A   Half with the order, half within 30 days is fine for us. It's [noted in|part of] quote {quote}.

U?  And the lead time? We open on {due}, [so there's no slack|that date won't move].
A   Four weeks for {qty} pieces. If you confirm by {soon}, you'd have them [a week before|in good time before] {due}.
A   The frames are in stock, the finish takes [three|four] weeks. Confirmed by {soon}, it works with a few days to spare.

U?  Who pays for [installation|spare parts], and what if one breaks in the first year?
A   We include [two spare shades|a set of spare modules] for every ten pieces, and the first-year warranty covers parts and labour on site.
A   Fitting is by your electrician; we supply the drawings. In the first [two years|year] we replace any faulty piece within three working
    days.

U$+ [Good. My partner agrees|We've decided]: please go ahead with {quote}.
U~  I have to [speak to my partner|take it to the board] first. Can you hold the price until {later}?
A   Gladly. I'll keep quote {quote} at {net} for you and [reserve|set aside] the frames until {later}.
A   That's fine. {quote} stays at {net}, and [I'll check in|you'll hear from me] on {later}.
""",
    "appointment": """
U>  [Hello|Hi], I'd like to visit the showroom in {showroom} and see the {item}. Do I need an appointment?
U>  Good [morning|afternoon], could somebody from your team come to {city} and measure our {room}? We're thinking of the {item}.
U>  [Hello|Hi], can I book a planning session for our {room}? [We've just moved|We're renovating] in {city}.
A   {hello}, with pleasure. An appointment isn't necessary, but then [a planner has time for you|nobody keeps you waiting]. Would {soon},
    {slot}, be good?
A   {hello}, happy to arrange that. The first free times are {soon} and {later}, both {slot}. [Which one suits you|What would you prefer]?

U>  {soon} is [good|perfect]. Can we make it half an hour later?
U>  {later} would be better, we [both work|are away] before that.
A   That's possible, I've put you down. {colleague} will [look after|expect] you and has the {item} in {colour} ready to see.
A   Noted. {colleague} will take [an hour|all the time you need], and there's [tea|coffee].

U?  What should we bring? I [have a floor plan|only have a sketch].
A   A floor plan or sketch with measurements is ideal, plus [two or three photos|a photo] of the {room} in daylight. Samples of your
    flooring help, too.
A   The plan, the ceiling height and a photo of the {room} are [all it takes|plenty]. We do the rest on screen, while you watch.

U   #photo Here's a photo of the {room} [in advance|so that you get an idea].
A   Lovely light! I've [passed it on|forwarded it] to {colleague}, who will prepare two suggestions with the {item}.
A   Thank you, that helps. From what I see, the {item} could stand [where the armchair is|left of the window]; {colleague} will have ideas.

U?  Does the planning [cost anything|have a price]?
A   In the showroom it's free. A visit at home is {fee}, which we take off the bill [if you order|with any order].
A   The first hour is free. [If you want|Should you want] full drawings, they're {fee}, credited when you order.

U?  Is there [parking|a station] near the {showroom} showroom? We'd come with a pushchair.
A   There are three spaces in the courtyard, [ring at the gate|just ring]; the station is eight minutes on foot. The entrance is level, so
    the pushchair is no problem.
A   Yes, a car park right opposite, free for [two hours|customers], and the station is eight minutes away. The showroom is on the ground
    floor.

U>  Could you [send me|text me] a reminder? I'm forgetful with dates.
A   Of course: one the evening before and one [an hour|two hours] before, to the number ending in {digits}.
A   Done. You'll get it [the day before|on the day at nine], with the address and {colleague}'s direct line.

U?  If we decide on the day, could we take the {item} [with us|home]?
A   If it's in stock in {showroom}, yes: I've had one set aside for you until the evening. It [fits in|needs] an estate car, {width} cm
    wide.
A   The {item} is in stock there, so yes. For {price} it's yours on the spot, [delivery is free if it doesn't fit in the car|or we deliver
    it free].
""",
    "call": """
U?  [Hello|Hi], am I through to {company}? I'm calling about the {item}, [order {order}|the order number is {order}].
U>  Good [morning|afternoon], [I was asked to call back|I missed a call from you]. It's about order {order}.
U?  Hello? Yes, hi. I've got [your {item}|the {item} from you] and I can't get it to [work|switch on].
A   {hello}, this is {agent} at {company}. Yes, I have order {order} [on my screen|here], the {item}. How can I help?
A   Good to hear from you, this is {agent} at {company}. I've got order {order} open, [one {item}|the {item}]. What can I do for you?

U   Well, it's [flickering|humming] when I turn it [on|down], mostly in the evening. It was fine for the first [week|few days].
U-  It [just stopped|simply went off] last night. I've tried another socket, nothing.
A   I see. Is it plugged straight into the wall, or [is there a dimmer in between|through a dimmer]?
A   Right, let's find out together. Is there a small light on the plug [when it's in|at the moment]?

U   Hang on, let me look... [There's a dimmer, yes|No, straight into the wall].
U   One second, I'm [walking over|going to the {room}]... Okay, I'm standing in front of it.
A   Thanks. Could you hold the switch down for ten seconds until it blinks twice? That [resets it|sets it back].
A   Good. Now unplug it, [count to ten|wait ten seconds], and plug it in again with the switch held down.

U+  Ten... oh! It blinked. And now [it's on|it's working]. That was easy.
U-  It blinked once and then nothing. [Still dead|No, still off].
A   Then it's [the controller|the little control unit], nothing worse. I'll send you a new one so that it doesn't come back; it's under
    warranty.
A   Good, that tells me [what I need|enough]: the control unit is tired. I'm sending a new one, free of course, the warranty runs for
    years yet.

U?  And do I have to [fit it myself|do that on my own]? I'm not very handy.
A   It clicks in, like a battery. If you'd rather not, {colleague} could [call by|come round] on {soon}, from {slot}.
A   You can, it takes a minute. Or we do it: a technician is in {city} on {soon}. Shall I [book it|put you down]?

U>  Somebody coming would be [better|great]. [The morning, if I may choose|Not too early, please].
A   I've put you down for {soon}, {slot}. They'll [ring|call] the number ending in {digits} before they come.
A   Done: {soon}, {slot}. It costs nothing, and [they bring the part|the part is in the van].

U?  Will I get something in writing? I [always forget|like to have it on paper].
A   Yes, a message with the date and case number {ref} is on its way [as we speak|now].
A   You'll have a text in a minute: case {ref}, the date, and [my name|a number to call].

U?  While I've got you: is [the {other}|that {other}] still on offer?
A   Yes, until {later}, {pct}% off. [I can put one aside|Shall I keep one] for you?
A   It is, {pct}% less until {later}. I'll [text you the link|send the link with the confirmation].
""",
}
