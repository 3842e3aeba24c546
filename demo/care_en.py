"""What English customers and agents say about an order: delivery, invoice, return, complaint. Notation: `demo.script`."""

SCRIPTS = {
    "delivery": """
U?  [Hello|Hi|Good morning], I ordered the {item} on {past} (order {order}) and it still isn't here. [Where is it|Can you see where it is]?
U?  Hi, could you tell me when order {order} will arrive? It's the {item}, [for an address in|to be delivered to] {city}.
U?- [Hello|Hi], the tracking for {order} [has said "in transit" for three days|hasn't moved since {sent}]. Is my {item} lost?
A   {hello}, [thanks for getting in touch|I'm happy to look into this]. I've found order {order}: the {item} left our workshop on {sent}
    and is with {carrier}. [It is now planned for {soon}|The carrier now shows {soon}].
A   {hello}, I'm sorry [for the wait|that you had to ask]. Order {order} is on its way with {carrier}, tracking number {tracking}, and is
    due on {soon}.

U?  [Does it come to the door or only to the kerb|Will they carry it upstairs]? I'm on the [second|third|fourth] floor [and there's no
    lift|in {city}].
A   Your order includes delivery [to the room of your choice|into your home], so two people will carry it up. Please measure the
    staircase: the box is {width} cm wide.
A   {carrier} delivers to the room you choose. The parcel is {width} cm wide; if the stairs are narrower, tell me and I'll note it for the
    crew.

U>  [That day doesn't suit me|I'm working that day]. Can it come on {later} instead?
U>- I took a day off for the [first|original] date already. Can you at least make it {later}?
A   Yes, I've moved it to {later}, from {slot}. {carrier} will [confirm by text message|send you a text] the evening before.
A   {later} is free: I've booked {slot}. You'll get a message when the van is about half an hour away.

U?  [Can the driver ring me|Can they call] half an hour before? The bell [is broken|doesn't always work].
A   Of course. I've added "please call on arrival" with the number ending in {digits}. [Is that still the right one|Is that one up to date]?
A   Done, the driver has the number ending in {digits} and will [ring|call] before arriving.

U   Yes, that's [right|the one]. And if I'm [not in|late], could the neighbour at number {number} take it?
U>  If nobody answers, please leave it with the [concierge|neighbour at number {number}].
A   That's possible: I've written it on the delivery note. They only need to sign [with their name|on the driver's phone].
A   I've added that to the note for {carrier}. For a parcel of this size somebody has to sign, [so please let them know|a neighbour is
    fine].

U?  Is the {other} [from the same order|that I ordered with it] coming together with it?
A   The {other} travels separately: it is made in [our second workshop|Cantù] and follows on {later}. You pay nothing extra for the second
    delivery.
A   Yes, both are [on the same pallet|in the same consignment], so you'll have the {item} and the {other} on the same day.

U?  What happens if something is [broken|damaged] when I open the box?
A   Keep the packaging and send us two photos within 14 days. We [replace the part|send a replacement] and collect the damaged one at our
    expense.
A   Sign "subject to inspection" and tell us within 14 days. We'll replace whatever is damaged, [you won't have to argue|no discussion].
""",
    "invoice": """
U>  [Hello|Good morning], I need the invoice for order {order}. [It never arrived by e-mail|I can't find it in my account].
U?  Hi, invoice {invoice} shows {total}, but I paid {net} after the discount. [Can you check|What went wrong]?
U>  [Hello|Hi], could you reissue invoice {invoice} [to my company|in the name of {firm}]? It was made out to me personally.
A   {hello}, I have [order {order}|it] in front of me: {qty} x {item}, invoice {invoice} of {sent}. [Let me check the figures|One moment,
    please].
A   {hello}, thanks for [telling us|letting us know]. I've found invoice {invoice} for order {order}; [let me compare it with the
    order|I'll look at it now].

U>  The address on it should read {firm}, {city}. [And please add our VAT number, {vat}|The VAT number is {vat}].
A   Noted: {firm}, {city}, VAT number {vat}. The old invoice [is cancelled by a credit note|will be credited], and the new one carries
    today's date.
A   Thank you. I've corrected the name and the VAT number {vat}; [accounts will send|you'll receive] the new document within one working
    day.

U?  [Did my payment arrive|Can you see my payment]? I made a bank transfer of {net} on {sent}.
A   Yes, {net} reached us on {sent} with the reference {order}. [Nothing is outstanding|The account is settled].
A   I see {net} with your reference, so invoice {invoice} is marked as paid.

U?- Why was I [sent|given] a reminder then? [It isn't pleasant|That was annoying] to read "overdue" when you've paid.
U!- Then please explain the reminder I received. I paid [on time|before the due date].
A   You're right, and I'm sorry. Your transfer arrived without the invoice number, so the reminder [went out automatically|left before we
    matched it]. I've withdrawn it.
A   I apologise: the reminder crossed with your payment. It has been [cancelled|withdrawn] and no fee applies.

U?  Is VAT included in the {price} for the {item}? [My accountant asks|I need the net amount].
A   Yes, prices in the shop include VAT. The invoice lists the net amount, [the rate and the tax|the tax rate and the VAT] on separate
    lines.
A   It is: {price} is the gross price. For businesses [abroad|in another country] we can invoice net once the VAT number is verified.

U>  Could you [send|mail] it as a PDF? I [have to file it today|need it for my expenses].
A #pdf Certainly, the corrected invoice is attached. It will also stay in your account under "Documents".
A #pdf Here is the PDF. If your accounts team needs the [XML version|electronic format] as well, tell me and I'll add it.

U?  Can we pay future invoices by [direct debit|card|monthly statement]?
A   Yes, with a trade account. You would get one statement a month, payable within 30 days; [the form takes five minutes|I can send you
    the form].
A   For orders from {firm} that's possible. The next one, due on {due}, could already be [included|paid that way].
""",
    "return": """
U>  [Hello|Hi], I'd like to return the {item} from order {order}. [It's too big for the room|The colour doesn't match the sofa].
U>  Good [morning|afternoon], the {item} is lovely but [doesn't fit under the window|too dark for our flat]. How do I send it back? Order
    {order}.
U>~ Hi, I've changed my mind about the {item} ({order}). It's [still boxed|unused]. Can I still return it?
A   {hello}, of course. Order {order} was delivered on {sent}, so you're well within the 30 days. [Is it still in its packaging|Do you
    still have the box]?
A   {hello}, no problem: you have 30 days from delivery on {sent}. I've opened return {ref}. [Has it been assembled|Is it still packed]?

U   Yes, [everything is still in the box|the packaging is complete], I only took it out once.
U~  I've [assembled it|opened it], but nothing is scratched and I kept the box.
A   [Perfect|That's fine]. We'll collect it: no need to [take it anywhere|go to the post office]. Would {soon} or {later} suit you better?
A   That's all right, as long as it has no marks. {carrier} can pick it up on {soon} or {later}; which one do you prefer?

U>  {soon} is fine, [in the morning|after five if possible].
U>  {later}, please. I'm away [until then|before].
A   Booked, from {slot}. Please [put|stick] the label on the outside of the box; the driver scans it and gives you a receipt.
A   Done, the driver will come from {slot}. Somebody only has to hand over the box, [nothing to sign|it takes a minute].

U>  I [don't have a printer|can't find the label]. [Can you send it again|What should I do]?
A #pdf Here is the label for return {ref}. If you can't print it, [show it on your phone|write the number on the box], that's enough.
A #pdf I've attached the label again. The driver also carries a spare one for return {ref}.

U?  How much will I get back? I [paid|was charged] {price}.
A   The whole {price}: the collection is free. The money goes back [the way you paid|to the card you used].
A   {price} in full, no collection fee. [You'll see|Expect] it three to five working days after the {item} is back in our warehouse.

U?  [Could I exchange it for the {other} instead|What about swapping it for the {other}]?
A   Gladly. The {other} is in stock; we'd bring it when we collect the first one, and only [charge or refund the difference|settle the
    difference].
A   Yes, I can turn the return into an exchange. The {other} could be with you on {later}.

U?- It's been [ten|twelve] days since my last return, though, and [that refund never came|I never saw that money]. Will it take that long
    again?
A   I've looked: that refund was approved on {sent} but [held by the bank|stuck on a closed card]. I've sent it again today, you'll have
    it by {soon}.
A   I'm sorry about that. I've asked accounts to release it [today|this afternoon] and put a note on return {ref} so that this one goes
    through at once.
""",
    "complaint": """
U!- I'm [really|very] disappointed. The {item} (order {order}) arrived with a [crack in the base|deep scratch on the front|dent in one
    side].
U!- [Hello|Good morning]. Second delivery of the {item}, second time it's [damaged|the wrong colour]. Order {order}. This is not
    acceptable at {price}.
U!- The fitters you sent to {city} [left after ten minutes|never finished]. The {item} is [not level|wobbling]. Order {order}.
A   {hello}, I'm [truly sorry|very sorry]. That's not what you paid {price} for. I've opened case {ref} and [I'm staying on it|I'll handle
    it myself].
A   {hello}, I apologise, and I understand the frustration. Case {ref} is open for order {order}; let's [fix it today|put it right].

U!- #photo [Here is|I'm attaching] a photo so that you can see it. It was like this when I opened the box.
U   #photo Photo attached. The box [itself was intact|had a hole in one corner].
A   Thank you, that's [clear|quite clear]. It isn't something you could have done, so [you owe us no proof|there's nothing more to show].
A   Thanks for the photo. I see it [plainly|very clearly], and our workshop has it too so that they can find the cause.

U!- So what are you going to do about it? [I've waited three weeks|I have guests on {later}].
U?- And now? I don't want [to wait another month|another damaged one].
A   I can offer two things: a new {item} on {soon}, or {pct}% back if you'd [like to|rather] keep this one. You choose.
A   A replacement is reserved for you and can be there on {soon}. We'd take the other one away [at the same time|in the same visit].

U>~ The replacement, then. But I want it [checked before it leaves|checked this time].
U>  [I'd rather have|Let's do] the replacement. Please make sure that it's inspected first.
A   Agreed. {colleague} in quality control will inspect it [in person|personally] and sign the card in the box. Delivery on {soon}, from
    {slot}.
A   Booked for {soon}, {slot}. It will be unpacked, checked and photographed before it leaves, and [I'll send|you'll get] the pictures.

U!- Nobody [called me back|answered] last week, by the way. I left two messages.
A   I see both messages in the file, and no answer: that's our failure. [I've told the team leader|I've passed it on], and this case stays
    with me until it's closed.
A   You're right, they were [missed|left lying]. From here on you have one contact, and I'll write to you before you need to ask.

U?  Will I be compensated for the [lost day|trouble]?
A   Yes. I've credited {pct}% of the order, {saving}, to the card you used; it [shows|appears] in three working days.
A   That's fair. I can refund {saving} now, [on top of|in addition to] the replacement. Is that all right with you?

U+  [All right, that's fair|That's more than I expected]. Thank you for taking it seriously.
U~  Fine. I [hope|trust] that this is the end of it.
A   Thank you for your patience. You'll hear from me on {soon}, after the delivery, to make sure that everything is right.
A   I appreciate it. I've set myself a reminder to [check|ring] on {soon}, so please don't chase anything yourself.
""",
}
