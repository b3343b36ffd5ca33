package pdf

import (
	_ "embed"
	"fmt"
	"strings"
	"time"
)

//go:embed testdata/logo.svg
var logoSVG []byte

// decision is a document with every kind of block, as the platform sends them.
func decision() Doc {
	return Doc{
		Title:     "Beslut om skolskjuts",
		Lang:      "sv",
		Author:    "Ekköpings kommun, Barn- och utbildningsnämnden",
		Reference: "Dnr 2026-BUN-0117",
		Created:   time.Date(2026, 6, 2, 14, 5, 0, 0, time.FixedZone("", 2*3600)),
		Logo:      Logo{Data: logoSVG, Alt: "Ekköpings kommun"},
		Theme:     Theme{Colour: "#0b5c4a"},
		Blocks: append(FromMarkdown(`Barn- och utbildningsnämnden beviljar **Alva Testsson** skolskjuts mellan hemmet och Åbyskolan läsåret 2026/27. Beslutet gäller båda hemmen enligt det schema som vårdnadshavarna har lämnat.

## Skäl för beslutet

Avståndet mellan hemmet och skolan är 6,4 kilometer, vilket är längre än de fyra kilometer som kommunen tillämpar för elever i årskurs 4–6. Eleven bor *växelvis* hos sina vårdnadshavare, och båda hemmen ligger i kommunen. Läs mer på [kommunens sida om skolskjuts](https://www.example.se/skolskjuts) eller skriv till <skolskjuts@example.se>.

1. Eleven går i den skola som kommunen har placerat eleven i.
2. Vägen korsar länsväg 214, som saknar gångbana:
   - vägen trafikeras av tung trafik,
   - sikten är skymd på två ställen.
3. Inget hindrar att eleven åker med linjetrafik på morgonen.

### Så här går resorna till

Tiderna gäller från första skoldagen. Eleven ska vara vid hållplatsen fem minuter i förväg.

| Dag | Morgon | Eftermiddag | Hållplats |
|---|---|---|---|
| Måndag–torsdag | 07.35 | 14.20 | Ängsvägen, vid Norra Åsens vägskäl |
| Fredag | 07.35 | 13.10 | Ängsvägen |
`),
			Note{Title: "Så överklagar du", Blocks: FromMarkdown("Beslutet kan överklagas hos Förvaltningsrätten. Skrivelsen lämnas till nämnden **inom tre veckor** från den dag du fick del av beslutet.")},
			Heading{Level: 2, Text: Text("Uppgifter i ansökan")},
			KeyValue{
				{Text("Elev"), Text("Alva Testsson, årskurs 5")},
				{Text("Skola"), Text("Åbyskolan, Ekköping")},
				{Text("Varför behöver eleven skolskjuts?"), Text("Avståndet till skolan är långt och vägen är farlig.\nDet går ingen linjebuss på eftermiddagen.")},
				{Text("Särskilda behov"), nil},
			},
			Heading{Level: 2, Text: Text("Underskrifter")},
			SignatureList{
				{Name: "Maja Testsson", Role: "Vårdnadshavare", State: "Undertecknad 2026-05-28 kl. 19.42 med BankID", Detail: "Transaktion 5f1b-77"},
				{Name: "Johan Provberg", Role: "Vårdnadshavare", State: "Undertecknad 2026-05-30 kl. 08.15 med BankID"},
			},
		),
		Attachments: []Attachment{
			{Name: "uppgifter.json", MIME: "application/json", Description: "Uppgifterna i ansökan", Relationship: Source, Bytes: []byte(`{"elev":"Alva"}`)},
			{Name: "läkarintyg å.txt", MIME: "text/plain", Relationship: Supplement, Bytes: []byte("Intyg")},
		},
	}
}

// long is a document of about the given number of pages.
func long(pages int) Doc {
	d := decision()
	var rows [][]Inline
	for i := range pages * 14 {
		rows = append(rows, []Inline{Text(fmt.Sprint(i + 1)), Text(fmt.Sprintf("2026-08-%02d", i%28+1)), Text(strings.Repeat("Resa till Åbyskolan från Ängsvägen. ", 1+i%4)), Text(fmt.Sprintf("%d kr", 10*i))})
	}
	d.Blocks = append(d.Blocks, Heading{Level: 2, Text: Text("Resor")},
		Table{Columns: []Column{{Header: Text("Nr"), Right: true}, {Header: Text("Datum")}, {Header: Text("Resa")}, {Header: Text("Belopp"), Right: true}}, Rows: rows, RowHeader: true})
	for i := range pages * 2 {
		d.Blocks = append(d.Blocks, Heading{Level: 3, Text: Text(fmt.Sprintf("Bilaga %d", i+1))}, Paragraph{Text: Text(strings.Repeat("Nämnden har tagit del av utredningen. ", 30))})
	}
	return d
}
