"""What Italian customers and agents say about an order: delivery, invoice, return, complaint. Notation: `demo.script`."""

SCRIPTS = {
    "delivery": """
U?  [Buongiorno|Salve], ho ordinato {la} {item} {past} (ordine {order}) e non è ancora arrivat{o}. [A che punto siamo|Potete verificare]?
U?  [Salve|Buongiorno], quando arriva l'ordine {order}? Si tratta dell'articolo «{item}», [consegna|da consegnare] a {city}.
U?- [Buongiorno|Salve], il tracciamento di {order} [è fermo da {sent}|dice «in transito» da tre giorni]. {mia_big} {item} è andat{o}
    pers{o}?
A   {hello}, [grazie per averci contattato|verifico subito]. Ho trovato l'ordine {order}: {la} {item} è partit{o} {sent} dal nostro
    laboratorio con {carrier}. [La consegna è prevista per {soon}|Il corriere indica ora {soon}].
A   {hello}, mi dispiace [per l'attesa|che abbia dovuto chiedere]. L'ordine {order} è in viaggio con {carrier}, spedizione {tracking}, con
    arrivo previsto {soon}.

U?  [La consegna è al piano o solo su strada|Lo portano anche su per le scale]? Abito al [secondo|terzo|quarto] piano [senza ascensore|e
    l'ascensore è piccolo].
A   Il Suo ordine comprende la consegna [al piano|nella stanza che preferisce], con due addetti. Controlli solo le scale: l'imballo è
    largo {width} cm.
A   {carrier} consegna al piano. Il collo è largo {width} cm: se le scale sono più strette me lo dica, avviso la squadra.

U>  [Quel giorno lavoro|Quel giorno non ci sono]. Si può spostare a {later}?
U>- Avevo già preso un giorno di ferie per la [prima|vecchia] data. Almeno possiamo fare {later}?
A   Certo, ho spostato la consegna a {later}, dalle {slot}. {carrier} [confermerà con un SMS|Le manda un SMS] la sera prima.
A   {later_big} è libero: ho prenotato la fascia dalle {slot}. Riceverà un messaggio mezz'ora prima dell'arrivo.

U?  L'autista può [chiamare|telefonare] mezz'ora prima? Il citofono [è rotto|non sempre funziona].
A   Certamente, ho aggiunto «chiamare all'arrivo» con il numero che finisce per {digits}. [È ancora quello giusto|È corretto]?
A   Fatto: l'autista ha il numero che termina con {digits} e [chiamerà|telefona] prima di arrivare.

U   Sì, è [quello|giusto]. E se [non sono in casa|faccio tardi], può ritirare la vicina al civico {number}?
U>  Se non risponde nessuno, lasciate pure tutto [in portineria|al vicino del civico {number}].
A   Va bene, l'ho scritto sul documento di trasporto. Basta una firma [con il nome leggibile|sul telefono dell'autista].
A   Ho aggiunto la nota per {carrier}. Per un collo di queste dimensioni serve una firma, [quindi avvisi pure|ma va bene anche il vicino].

U?  E {la2} {other} [dello stesso ordine|che ho ordinato insieme] arriva nello stesso momento?
A   No, {la2} {other} viaggia a parte: nasce nel nostro laboratorio [di Cantù|in Brianza] e arriva {later}. La seconda consegna non costa
    nulla.
A   Sì, [sono sullo stesso bancale|la spedizione è unica]: {la} {item} e {la2} {other} arrivano lo stesso giorno.

U?  Se aprendo la scatola trovo qualcosa di [rotto|rovinato], che cosa devo fare?
A   Tenga l'imballo e ci mandi due foto entro 14 giorni. [Sostituiamo il pezzo|Mandiamo un ricambio] e ritiriamo quello danneggiato a
    nostre spese.
A   Firmi «con riserva di controllo» e ci avvisi entro 14 giorni: sostituiamo ciò che è danneggiato, [senza discussioni|senza costi].
""",
    "invoice": """
U>  [Buongiorno|Salve], mi serve la fattura dell'ordine {order}. [Non mi è mai arrivata|Non la trovo nell'area clienti].
U?  Salve, sulla fattura {invoice} leggo {total}, ma con lo sconto ho pagato {net}. [Potete controllare|Che cosa è successo]?
U>  [Buongiorno|Salve], potete riemettere la fattura {invoice} [intestata alla mia ditta|a nome di {firm}]? Così com'è, è intestata a me.
A   {hello}, ho davanti [l'ordine {order}|il documento]: {qty} x {item}, fattura {invoice} di {sent}. [Controllo gli importi|Un momento,
    per favore].
A   {hello}, grazie della segnalazione. Ho trovato la fattura {invoice} dell'ordine {order}; [la confronto subito con l'ordine|la sto
    verificando].

U>  L'intestazione giusta è {firm}, {city}. [La partita IVA è {vat}|Aggiungete anche la partita IVA {vat}, per favore].
A   Preso nota: {firm}, {city}, partita IVA {vat}. La vecchia fattura [viene stornata con nota di credito|sarà stornata], la nuova porta
    la data di oggi.
A   Grazie. Ho corretto l'intestazione e la partita IVA {vat}; [l'amministrazione invia|riceverà] il nuovo documento entro un giorno
    lavorativo.

U?  [Vi risulta il pagamento|È arrivato il mio bonifico]? Ho versato {net} {sent}.
A   Sì, {net} risultano accreditati {sent} con causale {order}. [Non c'è nulla in sospeso|La posizione è chiusa].
A   Vedo {net} con la Sua causale, quindi la fattura {invoice} risulta saldata.

U?- Allora perché ho ricevuto un sollecito? [Non fa piacere|È spiacevole] leggere «scaduta» quando si è già pagato.
U!- E il sollecito come me lo spiegate? Ho pagato [in tempo|prima della scadenza].
A   Ha ragione, mi scuso. Il bonifico è arrivato senza numero di fattura e il sollecito [è partito in automatico|è partito prima
    dell'abbinamento]. L'ho annullato.
A   Mi scuso: il sollecito si è incrociato con il pagamento. È stato [annullato|ritirato] e non ci sono spese.

U?  L'IVA è compresa nei {price}? [Me lo chiede il commercialista|Mi serve l'imponibile].
A   Sì, i prezzi del negozio sono IVA inclusa. In fattura trova imponibile, [aliquota e imposta|aliquota e IVA] su righe separate.
A   Sì, {price} è il prezzo lordo. Alle imprese [di altri Paesi|estere] fatturiamo senza IVA, dopo la verifica della partita IVA.

U>  Me la [manda|inviate] in PDF? [Devo registrarla oggi|Mi serve per la nota spese].
A #pdf Certo, in allegato la fattura corretta. La trova anche nell'area clienti, alla voce «Documenti».
A #pdf Ecco il PDF. La fattura elettronica [parte comunque verso il Suo codice destinatario|arriva comunque tramite SdI] entro domani.

U?  Le prossime fatture si possono pagare con [addebito diretto|carta|riepilogo mensile]?
A   Sì, con un conto professionale: un riepilogo al mese, pagabile a 30 giorni. [Il modulo richiede cinque minuti|Posso mandarLe il modulo].
A   Per gli ordini di {firm} è possibile. La prossima, in scadenza {due}, potrebbe già [rientrarci|essere inclusa].
""",
    "return": """
U>  [Buongiorno|Salve], vorrei restituire {la} {item} dell'ordine {order}. [È troppo grande per la stanza|Il colore non va con il divano].
U>  Buongiorno, {la} {item} è bell{o}, ma [non entra sotto la finestra|per casa nostra è troppo scur{o}]. Come faccio a rimandarl{o}?
    Ordine {order}.
U>~ Salve, ci ho ripensato: {la} {item} dell'ordine {order} è [ancora nella scatola|mai usat{o}]. Posso fare il reso?
A   {hello}, naturalmente. L'ordine {order} è stato consegnato {sent}, quindi è ampiamente nei 30 giorni. [È ancora imballat{o}|Ha ancora
    la scatola]?
A   {hello}, nessun problema: ha 30 giorni dalla consegna di {sent}. Ho aperto il reso {ref}. [È già stat{o} montat{o}|L'imballo c'è
    ancora]?

U   Sì, [c'è tutto nella scatola|l'imballo è completo], l'ho solo aperto per guardare.
U~  [L'ho montat{o}|L'ho tolt{o} dalla scatola], ma non ha un graffio e ho tenuto l'imballo.
A   [Perfetto|Va benissimo]. Veniamo noi a ritirare, non deve [portare nulla in posta|spedire nulla]. Preferisce {soon} o {later}?
A   Va bene, basta che non ci siano segni. {carrier} può passare {soon} oppure {later}: quale giorno preferisce?

U>  {soon_big} va bene, [la mattina|dopo le cinque, se possibile].
U>  {later_big}, grazie. [Prima sono via|Prima non riesco].
A   Prenotato dalle {slot}. [Metta|Attacchi] l'etichetta all'esterno della scatola: l'autista la legge e Le lascia una ricevuta.
A   Fatto, l'autista passa dalle {slot}. Basta consegnare la scatola, [non c'è nulla da firmare|ci vuole un minuto].

U>  [Non ho la stampante|Non trovo più l'etichetta]. [Me la rimandate|Come faccio]?
A #pdf Ecco l'etichetta del reso {ref}. Se non può stamparla, [basta mostrarla sul telefono|scriva il numero sulla scatola].
A #pdf Gliela allego di nuovo. In ogni caso anche l'autista ne ha una copia per il reso {ref}.

U?  Quanto mi viene rimborsato? Ho pagato {price}.
A   L'intero importo, {price}: il ritiro è gratuito. Il rimborso arriva [con lo stesso metodo di pagamento|sulla carta usata].
A   {price}, senza spese di ritiro. [Lo vedrà|Calcoli] da tre a cinque giorni lavorativi dopo il rientro in magazzino.

U?  [Si può fare un cambio con|E se prendessi invece] {la2} {other}?
A   Volentieri: {la2} {other} è disponibile. Con un solo viaggio consegniamo e ritiriamo, e [pareggiamo la differenza|paga solo la
    differenza].
A   Sì, trasformo il reso in un cambio. La nuova consegna potrebbe essere {later}.

U?- Però dall'ultimo reso sono passati [dieci|dodici] giorni e [il rimborso non si è visto|non ho visto un euro]. Anche questa volta sarà
    così?
A   Ho controllato: quel rimborso era stato approvato {sent}, ma [la banca lo ha respinto|la carta era scaduta]. L'ho rinviato oggi, lo
    avrà entro {soon}.
A   Mi dispiace. Ho chiesto all'amministrazione di sbloccarlo [oggi stesso|nel pomeriggio] e ho messo una nota sul reso {ref}, così questo
    va subito.
""",
    "complaint": """
U!- Sono davvero [senza parole|in collera]. {la_big} {item} (ordine {order}) ha [una crepa|un graffio profondo|un'ammaccatura].
U!- [Buongiorno|Salve]. Seconda consegna, e per la seconda volta {la} {item} è [rovinat{o}|del colore sbagliato]. Ordine {order}. Per
    {price} non è accettabile.
U!- I montatori mandati a {city} [sono andati via dopo dieci minuti|non hanno finito]. {la_big} {item} [non è in piano|traballa]. Ordine
    {order}.
A   {hello}, mi dispiace [molto|davvero]: non è quello per cui ha pagato {price}. Ho aperto la pratica {ref} e [la seguo io|me ne occupo
    io].
A   {hello}, Le chiedo scusa e capisco la delusione. La pratica {ref} per l'ordine {order} è aperta: [risolviamo oggi|sistemiamo tutto].

U!- #photo [Ecco|Allego] una foto, così lo vede. Era già così quando ho aperto la scatola.
U   #photo Foto allegata. La scatola [era intatta|aveva un buco in un angolo].
A   Grazie, è [chiarissimo|tutto chiaro]. Non può averlo causato Lei, quindi [non serve altra prova|non deve dimostrare nulla].
A   Grazie della foto. Si vede [molto bene|perfettamente], e l'ho girata anche al laboratorio perché trovi la causa.

U!- E adesso che cosa pensate di fare? [Aspetto da tre settimane|{later_big} ho ospiti].
U?- Quindi? Non voglio [aspettare un altro mese|un altro pezzo difettoso].
A   Posso proporre due strade: un pezzo nuovo {soon}, oppure il {pct}% di rimborso se preferisce [tenerlo|tenere questo]. Scelga Lei.
A   Ne ho riservato uno nuovo, in consegna {soon}. Quello difettoso lo ritiriamo [nello stesso viaggio|contemporaneamente].

U>~ Allora la sostituzione. Ma voglio che sia [controllato prima di partire|controllato, questa volta].
U>  [Preferisco|Facciamo] la sostituzione. Però controllatelo prima, per favore.
A   D'accordo: {colleague} del controllo qualità lo verifica [di persona|personalmente] e firma il cartellino nella scatola. Consegna
    {soon}, dalle {slot}.
A   Prenotato per {soon}, dalle {slot}. Verrà aperto, controllato e fotografato prima di partire; [Le mando|riceverà] le immagini.

U!- La settimana scorsa, tra l'altro, non mi ha [richiamato|risposto] nessuno. Ho lasciato due messaggi.
A   Vedo entrambi i messaggi e nessuna risposta: è una nostra mancanza. [L'ho segnalata al responsabile|L'ho segnalata], e la pratica
    resta a me fino alla fine.
A   Ha ragione, sono [sfuggiti|rimasti lì]. Da ora ha un solo riferimento, e Le scrivo io senza che debba chiedere.

U?  E per [la giornata persa|il disturbo] è previsto qualcosa?
A   Sì, ho riaccreditato il {pct}% dell'ordine, {saving}, sulla carta usata: [lo vedrà|comparirà] in tre giorni lavorativi.
A   È giusto. Posso rimborsare subito {saving}, [oltre alla|in aggiunta alla] sostituzione. Può andare?

U+  [Va bene, mi sembra corretto|È più di quanto mi aspettassi]. Grazie per averlo preso sul serio.
U~  D'accordo. [Spero|Voglio sperare] che sia finita qui.
A   Grazie della pazienza. La ricontatto {soon}, dopo la consegna, per essere sicuri che sia tutto a posto.
A   La ringrazio. Ho messo un promemoria per [verificare|chiamare] {soon}, quindi non deve sollecitare nulla.
""",
}
