"""Small talk beside the topic, farewells, system notes and summaries in Italian. Notation: `demo.script`."""

ASIDES = """
= Cura e pulizia
U?  [Un'ultima cosa|Già che ci sono]: come si pulisce {la} {item}? [C'è già un po' di polvere|Non vorrei rovinarl{o}].
A   Un panno morbido e asciutto una volta alla settimana. Per le macchie acqua tiepida e una goccia di [sapone neutro|detersivo per
    piatti]; niente spray per vetri.

= Garanzia
U?  [A proposito|Giusto per sapere], quanto dura la garanzia?
A   Cinque anni su [elettronica|LED] e dieci su legno e metallo. Non serve registrarsi, basta il numero d'ordine.

= Orari
U?  Che orari fa lo showroom di {showroom}?
A   Da lunedì a sabato dalle 10 alle 19. [La prima domenica del mese|A dicembre anche la domenica] siamo aperti fino alle 17.

= Lampadine di ricambio
U?  [Vendete|Avete] anche lampadine di ricambio? [Le vecchie non si trovano più|Ho un vostro modello di anni fa].
A   Sì, per tutti i modelli dal 2009. Mi dica il codice sotto la base, [comincia con {prefix}|due lettere e quattro cifre], e trovo quella
    giusta.

= Cambio di indirizzo
U>  In [primavera|due mesi] cambiamo casa. Potete già segnare il nuovo indirizzo?
A   Ho [messo|lasciato] una nota nell'area clienti. Il nuovo indirizzo può inserirlo Lei da oggi, con la data che preferisce.

= Campioni
U>  Mi mandate un campione in {wood} e uno in {colour}? [Vorrei mostrarli a casa|Dallo schermo non si capisce].
A   Partono [oggi|domani], gratis, fino a cinque. Non serve restituirli.

= Conto professionale
U?  Compro anche per {firm}. C'è un prezzo [per professionisti|riservato]?
A   Sì, dal secondo ordine dell'anno: tra l'8 e il {pct} per cento. Le mando il [modulo|link], è una pagina sola.

= Regalo
U?  {la2_big} {other} sarebbe un regalo. Si può avere [una confezione|un biglietto]?
A   Con piacere: carta grigia, nastro di lino e un biglietto [scritto a mano|piccolo] fino a 200 caratteri. È gratuito sopra i 100 €.

= Imballaggi
U?  Che cosa faccio con tutto l'imballo? [È una montagna di cartone|Il bidone è pieno].
A   È solo cartone e carta, niente polistirolo. Gli addetti possono [portarlo via|riprenderlo], basta dirlo alla porta.

= Pagamento a rate
U?  Si può pagare a rate? {price} tutti insieme [sono un po' tanti|questo mese pesano].
A   Sì, in tre rate senza costi, oppure in [sei|dodici] con una piccola spesa. Si sceglie nella pagina di pagamento.

= Ritiro dell'usato
U?  Alla consegna ritirate anche [un vecchio armadio|la vecchia lampada]?
A   Un pezzo per consegna, [sì|volentieri]. Lampade ed elettronica gratis per legge, i mobili più grandi 35 €.

= Dove si produce
U?  Ma le vostre cose dove [si fanno|le fate]? Cerco di comprare in modo [responsabile|attento].
A   Le lampade a Brescia, i mobili [a Cantù e a Leeds|in due laboratori di famiglia], con larice, rovere e frassino europei certificati.

= Montaggio
U?  {la2_big} {other} è difficile da montare? [Non ho manualità|In casa ho solo un cacciavite].
A   Le gambe [si avvitano|sono quattro viti], il resto è già pronto. Dieci minuti, e la chiave è nella scatola.

= Newsletter
U>  Toglietemi per favore dalla newsletter, [ne arrivano troppe|due a settimana sono troppe]. Il resto va bene.
A   Fatto, non la riceverà più. [I messaggi sugli ordini|Le conferme d'ordine] naturalmente continuano ad arrivare.
"""

FAREWELLS = """
U+* [Perfetto|Benissimo|Ottimo], non mi serve altro. [Grazie mille|Grazie] per l'aiuto!
U+* [Grazie|Grazie mille], è stato [velocissimo|molto utile]. Buona giornata!
U*  Tutto chiaro, grazie. [Arrivederci|A presto].
A   {thanks}! [Buona giornata|Le auguro una buona giornata], siamo qui per qualsiasi cosa.
A   {thanks} per aver scelto {company}, e [a presto|alla prossima].
"""

SYSTEM = {
    "chat": ("Conversazione avviata dal sito.", "Conversazione chiusa. Voto del cliente: {stars} su 5."),
    "email": ("E-mail ricevuta all'indirizzo assistenza@{domain}.", "Conversazione chiusa: nessuna risposta da 48 ore."),
    "sms": ("SMS ricevuto dal numero che finisce per {digits}.", "Conversazione chiusa: nessuna risposta da 24 ore."),
    "voice": ("Chiamata avviata. Registrazione accettata dal cliente.", "Chiamata terminata. Voto del cliente: {stars} su 5."),
    "video": ("Videochiamata avviata. Telecamera attiva.", "Videochiamata terminata. Voto del cliente: {stars} su 5."),
    "joined": ("{joined} partecipa ora alla conversazione.", ""),
}

SUMMARIES = {
    "delivery": "Il cliente ha chiesto dell'ordine {order} ({item}). Consegna con {carrier} concordata per {soon}.",
    "invoice": "Domanda sulla fattura {invoice} dell'ordine {order}. Fattura corretta intestata a {firm}; nessun importo in sospeso.",
    "return": "Reso {ref} per l'articolo «{item}» (ordine {order}). Ritiro concordato, rimborso di {price}.",
    "complaint": "Reclamo per un articolo danneggiato ({item}, ordine {order}), pratica {ref}. Sostituzione promessa per {soon}.",
    "advice": "Consulenza su una luce di {lumen} lumen per {area} metri quadri. Consigliato il modello «{item}» in {colour} a {price}.",
    "price": "Richiesta per {qty} pezzi del modello «{item}», listino {total}. Offerta a {net}, preventivo {quote} valido fino a {due}.",
    "appointment": "Appuntamento a {showroom} con {colleague} per vedere il modello «{item}». Chiesto un promemoria.",
    "call": "Chiamata per l'articolo «{item}» (ordine {order}): guasto tecnico risolto in garanzia, pratica {ref}.",
}
