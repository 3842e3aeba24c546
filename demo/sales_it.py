"""What Italian customers and agents say before a sale: advice, price, appointment, call. Notation: `demo.script`."""

SCRIPTS = {
    "advice": """
U?  [Buongiorno|Salve], cerco una luce per {room}. {la_big} {item} [basta|è sufficiente] per circa {area} metri quadri?
U?  [Buonasera|Buongiorno], mi aiuta a scegliere tra {la} {item} e {la2} {other}? È per {room}.
U?+ Salve! Ho visto {la} {item} su una rivista e mi piace moltissimo. [Va bene|È adatt{o}] per {room}, {area} metri quadri?
A   {hello}, [ottima scelta|volentieri]. Questo modello dà {lumen} lumen: per {area} metri quadri è [giusto|comodo], se c'è un secondo
    punto luce. Quanto è alto il soffitto?
A   {hello}, è uno dei modelli che consiglio più spesso: {lumen} lumen di luce calda. [Mi racconta un po' la stanza|Quanto è alto il
    soffitto]?

U   Il soffitto è a [2,70|3,10|2,40] metri, le pareti sono [bianche|grigio chiaro|verde salvia] e c'è una sola presa vicino alla finestra.
A   Allora le pareti [aiutano|giocano a favore]: riflettono metà della luce. Io metterei la lampada [accanto alla|vicino alla] finestra,
    così illumina anche il muro.
A   Funziona bene. Con quell'altezza la luce si apre senza [abbagliare|dare fastidio], e il cavo di 2,5 metri arriva alla presa.

U?  [È dimmerabile|Si può regolare]? La sera [la vogliamo bassa|guardiamo spesso un film].
A   Sì, in tre livelli dall'interruttore sul cavo, oppure [gradualmente|in modo continuo] con la nostra app. Ricorda l'ultima impostazione.
A   Sì, fino al 5 per cento. Se ha un dimmer a parete, deve essere [a taglio di fase discendente|adatto ai LED]: ogni elettricista lo sa.

U?  Che colore prenderebbe con [mobili in rovere|un divano verde scuro|un tavolo in noce]? Sono in dubbio tra {colour} e nero.
A   In quel caso {colour}: riprende il tono caldo. Il nero [è più severo|disegna una linea], bello anche lui, ma chiede qualcos'altro di
    nero nella stanza.
A   Io sceglierei {colour}. Possiamo mandarLe [due campioni|un piccolo campione di entrambi], così li vede con la luce di casa.

U?  Quanto è calda la luce? [Quella fredda non la sopporto|L'ultima sembrava un ufficio].
A   2.700 kelvin, come una vecchia lampadina, con resa cromatica 95: [il legno e i volti restano naturali|i colori restano veri].
A   Calda: 2.700 kelvin. C'è anche la versione da 1.800 a 3.000, [al minimo sembra una candela|costa {saving} in più].

U?  E il LED quanto dura? [Lo posso cambiare da me|È sostituibile]?
A   Circa 50.000 ore, vent'anni di serate. È un modulo con [due viti|attacco a baionetta]: si cambia con una moneta.
A   Lo garantiamo cinque anni e [teniamo i ricambi|produciamo il modulo] per almeno quindici. Il cambio richiede un minuto.

U$+ Mi ha [dato un buon consiglio|tolto ogni dubbio]. Quanto viene in {colour}, e [quando potrei averl{o}|in quanto tempo consegnate]?
U$  Va bene, ne prendo [uno|due] in {colour}. Quanto costa con la consegna a {city}?
A   {price} al pezzo, consegna a {city} compresa. In {colour} è disponibile, quindi arriverebbe {soon}. [Preparo il carrello|Preparo
    l'ordine]?
A   Sono {price} in {colour}, con consegna {soon}. Il carrello è pronto, [basta confermare|resta salvato per due giorni].

U?  E {la2} {other} ci starebbe bene [nell'ingresso|sulla scrivania], o sarebbe troppo uguale?
A   Ci sta bene: stesso ottone, altra forma, quindi [si parlano|sono parenti] senza essere gemelle. Insieme costano il {pct}% in meno.
A   Io lo farei: stessa finitura, e prendendo entrambi [risparmia|c'è] il {pct}%.
""",
    "price": """
U$  [Buongiorno|Salve], stiamo arredando [un ristorante|un ufficio|un piccolo albergo] a {city} e ci servono {qty} pezzi del modello
    «{item}». Che prezzo fate?
U$  Salve, scrivo per {firm}. Ci servono {qty} pezzi del modello «{item}»: [c'è un prezzo progetto|qual è il miglior prezzo]?
U$~ [Buongiorno|Salve], un altro produttore mi offre il {pct}% in meno per {qty} pezzi simili a «{item}». Riuscite a [avvicinarvi|fare lo
    stesso]?
A   {hello}, bel progetto. Il listino è {price}, quindi {qty} pezzi fanno {total}. Da questa quantità posso fare il {pct}%: {net}. [Per
    quando servono|Quando aprite]?
A   {hello}, grazie di averci pensato. Per {qty} pezzi il listino è {total}; [come progetto|per un progetto] arrivo a {net}, trasporto
    compreso.

U$~ [Siamo ancora sopra il budget|È un po' più del previsto]. E se aggiungessimo [{la2} {other}|tutto in un'unica consegna]?
U>  Si può [limare ancora qualcosa|fare meglio] con pagamento anticipato?
A   Con il pagamento anticipato o un'unica consegna posso [aggiungere|dare] un altro 2%. Di più significherebbe [cambiare finitura|toccare
    la qualità], e preferisco di no.
A   Con un'unica consegna e pagamento anticipato tolgo [un altro 2%|il trasporto], e anche {la2} {other} avrebbe lo stesso sconto.

U?  Quanto verrebbe con [la finitura semplice|il cavo in tessuto|i paralumi standard] invece che in {colour}?
A   Senza la finitura in {colour} ogni pezzo costa il 9% in meno. In un locale pubblico però la terrei: [nasconde le impronte|invecchia
    molto meglio].
A   Circa il 9% in meno. [Per confronto|Così può confrontare], metto nel preventivo entrambe le versioni.

U>  Mi manda un preventivo scritto, intestato a {firm}, partita IVA {vat}?
A #pdf In allegato il preventivo {quote} per {firm}: {qty} x {item}, {net}, valido fino a {due}. [Ci sono entrambe le finiture|I disegni
    sono a pagina due].
A #pdf Ecco il preventivo {quote}, valido fino a {due}. Riporta [misure e potenza|la classe energetica] di ogni pezzo, per l'architetto.

U?  E il pagamento? Di solito paghiamo [a 30 giorni|in due volte].
A   Per il primo ordine chiediamo il 40% alla conferma e il saldo [prima della spedizione|alla consegna]; dal secondo, 30 giorni.
A   Metà alla conferma e metà a 30 giorni va bene. È [indicato nel|parte del] preventivo {quote}.

U?  I tempi? Apriamo {due}, [non c'è margine|la data non si sposta].
A   Quattro settimane per {qty} pezzi. Con la conferma entro {soon} li avrebbe [una settimana prima|con un buon anticipo].
A   Le strutture sono pronte, la finitura richiede [tre|quattro] settimane. Confermando entro {soon}, ci siamo con qualche giorno di
    margine.

U?  Chi paga [il montaggio|i ricambi], e se un pezzo si guasta il primo anno?
A   Diamo [due paralumi di scorta|una serie di moduli di ricambio] ogni dieci pezzi, e la garanzia del primo anno copre ricambi e
    intervento sul posto.
A   Il montaggio è del Vostro elettricista, noi forniamo i disegni. Nei primi [due anni|dodici mesi] sostituiamo i pezzi difettosi in tre
    giorni lavorativi.

U$+ [Bene, il mio socio è d'accordo|Abbiamo deciso]: procediamo con {quote}.
U~  Devo [parlarne con il mio socio|portarlo in consiglio]. Può bloccare il prezzo fino a {later}?
A   Volentieri: tengo {quote} a {net} e [riservo|metto da parte] le strutture fino a {later}.
A   Va bene. {quote} resta a {net} e [ci sentiamo|La ricontatto] {later}.
""",
    "appointment": """
U>  [Buongiorno|Salve], vorrei visitare lo showroom di {showroom} e vedere {la} {item}. Serve un appuntamento?
U>  Buongiorno, qualcuno può venire a {city} a misurare {room}? Stiamo pensando a questo modello: {item}.
U>  [Salve|Buongiorno], posso prenotare una consulenza per {room}? [Abbiamo appena traslocato|Stiamo ristrutturando] a {city}.
A   {hello}, con piacere. L'appuntamento non è obbligatorio, ma così [un progettista è a disposizione|non aspetta]. Andrebbe bene {soon},
    dalle {slot}?
A   {hello}, volentieri. I primi posti liberi sono {soon} e {later}, sempre dalle {slot}. [Quale preferisce|Che cosa Le è più comodo]?

U>  {soon_big} va [bene|benissimo]. Possiamo fare mezz'ora più tardi?
U>  Meglio {later}, prima [lavoriamo entrambi|siamo fuori].
A   Si può, l'ho segnato. {colleague} [si occuperà di Lei|La aspetta] con il modello «{item}» in {colour} già pronto.
A   Segnato. {colleague} Le dedica [un'ora|tutto il tempo che serve], e [il caffè|un caffè] non manca.

U?  Che cosa dobbiamo portare? [Ho una piantina|Ho solo uno schizzo].
A   Una piantina o uno schizzo con le misure è l'ideale, più [due o tre foto|una foto] con la luce del giorno. Utile anche un campione del
    pavimento.
A   La piantina, l'altezza del soffitto e una foto della stanza [bastano|sono più che sufficienti]. Il resto lo facciamo a schermo, insieme.

U   #photo Le mando intanto una foto della stanza, [così si fa un'idea|per prepararsi].
A   Che bella luce! L'ho [girata|inoltrata] a {colleague}, che preparerà due proposte.
A   Grazie, è utile. Da quel che vedo, starebbe bene [al posto della poltrona|a sinistra della finestra]; {colleague} avrà altre idee.

U?  La consulenza [si paga|ha un costo]?
A   In showroom è gratuita. Il sopralluogo a casa costa {fee}, che scaliamo [in caso di ordine|dall'ordine].
A   La prima ora è gratuita. [Se vuole|Se desidera] i disegni completi, sono {fee}, rimborsati con l'ordine.

U?  Vicino allo showroom di {showroom} c'è [un parcheggio|la stazione]? Veniamo con il passeggino.
A   Abbiamo tre posti nel cortile, [suoni al cancello|basta suonare]; la stazione è a otto minuti a piedi. L'ingresso è senza gradini.
A   Sì, un parcheggio proprio di fronte, gratuito per [due ore|i clienti], e la stazione è a otto minuti. Lo showroom è al piano terra.

U>  Mi [manda|mandate] un promemoria? Con le date sono un disastro.
A   Certo: uno la sera prima e uno [un'ora|due ore] prima, al numero che finisce per {digits}.
A   Fatto. Arriva [il giorno prima|il giorno stesso alle nove], con l'indirizzo e il numero diretto di {colleague}.

U?  Se decidiamo sul posto, possiamo portare via subito {la} {item}?
A   Se a {showroom} è disponibile, sì: ne ho fatto mettere da parte un pezzo fino a sera. [Entra in|Serve] una station wagon, {width} cm
    di larghezza.
A   È disponibile, quindi sì: per {price} è Suo sul momento, [e se non entra in auto la consegna è gratuita|oppure lo consegniamo gratis].
""",
    "call": """
U?  [Pronto, buongiorno|Buongiorno], parlo con {company}? Chiamo per {la} {item}, [ordine {order}|il numero d'ordine è {order}].
U>  [Buongiorno|Salve], [mi avete chiesto di richiamare|ho trovato una vostra chiamata]. È per l'ordine {order}.
U?  Pronto? Sì, salve. Ho a casa {la} {item} e non riesco a [farl{o} funzionare|accenderl{o}].
A   {hello}, sono {agent} di {company}. Sì, ho l'ordine {order} [sullo schermo|qui davanti], {item}. Mi dica pure.
A   {hello}, qui {agent} di {company}. Ho aperto l'ordine {order}, [{item}|un pezzo, {item}]. Come posso aiutarLa?

U   Ecco, [sfarfalla|fa un ronzio] quando [l'accendo|l'abbasso], soprattutto la sera. La prima [settimana|sera] andava bene.
U-  Ieri sera [si è spent{o}|è andat{o} via la luce], così. Ho provato un'altra presa, niente.
A   Capisco. È collegat{o} direttamente alla presa, oppure [c'è un dimmer in mezzo|passa da un dimmer]?
A   Bene, vediamo insieme. C'è una lucina sulla spina [quando è inserita|in questo momento]?

U   Aspetti che guardo... [Sì, c'è un dimmer|No, è direttamente nella presa].
U   Un attimo, [ci sto andando|mi avvicino]... Ecco, ci sono davanti.
A   Grazie. Tenga premuto l'interruttore per dieci secondi, finché lampeggia due volte: così [si azzera|si ripristina].
A   Bene. Ora stacchi la spina, [conti fino a dieci|aspetti dieci secondi] e la reinserisca tenendo premuto l'interruttore.

U+  Nove, dieci... ah! Ha lampeggiato. E adesso [funziona|è acces{o}]. Era facile.
U-  Ha lampeggiato una volta e poi niente. [Ancora spent{o}|No, è spent{o}].
A   Allora è [la centralina|il piccolo controllo], niente di grave. Gliene mando una nuova, così non succede più: è in garanzia.
A   Bene, questo mi dice [quel che serve|abbastanza]: la centralina è stanca. Ne mando una nuova, gratis, la garanzia vale ancora anni.

U?  E la devo [montare da me|mettere da me]? Non ho molta manualità.
A   Si inserisce a scatto, come una batteria. Se preferisce, {colleague} può [passare|venire] {soon}, dalle {slot}.
A   Può farlo in un minuto, oppure ci pensiamo noi: un tecnico è a {city} {soon}. [Lo prenoto|La metto in lista]?

U>  Se viene qualcuno è [meglio|perfetto]. [Di mattina, se posso scegliere|Non troppo presto, per favore].
A   Ho segnato {soon}, dalle {slot}. Prima di arrivare [chiamano|telefonano] al numero che finisce per {digits}.
A   Fatto: {soon}, dalle {slot}. Non costa nulla e [portano il pezzo|il ricambio è già sul furgone].

U?  Mi arriva qualcosa di scritto? [Mi dimentico tutto|Preferisco averlo nero su bianco].
A   Sì, un messaggio con la data e il numero di pratica {ref} è in partenza [in questo momento|adesso].
A   Tra un minuto riceve un SMS: pratica {ref}, la data e [il mio nome|un numero da chiamare].

U?  Già che ci sono: {la2} {other} è ancora in [offerta|promozione]?
A   Sì, fino a {later}, il {pct}% in meno. [Posso metterne da parte un pezzo|Ne tengo da parte un pezzo]?
A   Sì, il {pct}% in meno fino a {later}. [Le mando il link|Aggiungo il link al messaggio].
""",
}
