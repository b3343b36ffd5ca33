package bolagsverketsim

import (
	"samtjanst/integrations/company"
	"samtjanst/platform/idno"
)

// How a producer says that it did not answer.
const unavailable = "OTILLGANGLIG_UPPGIFTSKALLA"

// Producers of the parts.
const (
	bolagsverket = "Bolagsverket"
	scb          = "SCB"
)

// record writes a company as the service does. A part that is unread has its producer's fault in place of values; a part that the
// register has nothing for is null.
func record(c company.Company) object {
	kind := object{"kod": "ORGNR", "klartext": "Organisationsnummer"}
	identity := c.Number.Digits()
	if c.Number.Kind() == idno.Organisation {
		identity = identity[2:]
	} else {
		kind = object{"kod": "PERSONNUMMER", "klartext": "Identitetsbeteckning person"}
	}
	o := object{
		"organisationsidentitet": object{"identitetsbeteckning": identity, "typ": kind},
		"namnskyddslopnummer":    nil,
		"registreringsland":      object{"kod": "SE-LAND", "klartext": "Sverige"},
		"reklamsparr":            object{"kod": "NEJ", "dataproducent": scb, "fel": nil},
	}
	if c.Serial > 0 {
		o["namnskyddslopnummer"] = c.Serial
	}
	put := func(name, producer string, part company.Part, values object) {
		b := object{"dataproducent": producer, "fel": nil}
		if !c.Read(part) {
			b["fel"] = object{"typ": unavailable, "felBeskrivning": "Uppkoppling mot " + producer + " misslyckades. Efterfrågade uppgifter kunde inte hämtas."}
			for k := range values {
				values[k] = nil
			}
		}
		for k, v := range values {
			b[k] = v
		}
		o[name] = b
	}
	names := []object{{"namn": c.Name, "organisationsnamntyp": object{"kod": "FORETAGSNAMN", "klartext": "Företagsnamn"}, "registreringsdatum": c.Registered}}
	for _, n := range c.OtherNames {
		names = append(names, object{"namn": n, "organisationsnamntyp": object{"kod": "SARS_FORNAMN", "klartext": "Särskilt företagsnamn"},
			"registreringsdatum": c.Registered, "verksamhetsbeskrivningSarskiltForetagsnamn": c.Activity})
	}
	put("organisationsnamn", bolagsverket, company.PartName, object{"organisationsnamnLista": names})
	put("organisationsform", bolagsverket, company.PartForm, coded(c.Form))
	put("juridiskForm", scb, company.PartLegalForm, coded(c.LegalForm))
	put("verksamOrganisation", scb, company.PartOperating, object{"kod": map[company.Operating]any{company.OperatingYes: "JA", company.OperatingNo: "NEJ"}[c.Operating]})
	put("organisationsdatum", bolagsverket, company.PartDates, object{"registreringsdatum": c.Registered, "infortHosScb": c.Registered})
	put("verksamhetsbeskrivning", bolagsverket, company.PartActivity, object{"beskrivning": c.Activity})
	sni := []object{}
	for _, i := range c.Industries {
		sni = append(sni, coded(i))
	}
	put("naringsgrenOrganisation", scb, company.PartIndustry, object{"sni": sni})
	var address any
	if !c.Address.IsZero() {
		address = object{"coAdress": c.Address.CareOf, "utdelningsadress": c.Address.Street, "postnummer": c.Address.PostalCode,
			"postort": c.Address.City, "land": c.Address.Country}
	}
	put("postadressOrganisation", scb, company.PartAddress, object{"postadress": address})
	o["avregistreradOrganisation"], o["avregistreringsorsak"] = nil, nil
	if c.Deregistered != "" || !c.Read(company.PartDeregistration) {
		put("avregistreradOrganisation", bolagsverket, company.PartDeregistration, object{"avregistreringsdatum": c.Deregistered + "T00:00:00.000+00:00"})
		put("avregistreringsorsak", bolagsverket, company.PartDeregistration, coded(c.Cause))
	}
	const proceedings = "pagaendeAvvecklingsEllerOmstruktureringsforfarande"
	o[proceedings] = nil
	if len(c.Proceedings) > 0 || !c.Read(company.PartProceedings) {
		list := []object{}
		for _, p := range c.Proceedings {
			list = append(list, object{"kod": p.Code.Code, "klartext": p.Text, "fromDatum": p.From})
		}
		put(proceedings, bolagsverket, company.PartProceedings, object{proceedings + "Lista": list})
	}
	return o
}

func coded(c company.Code) object { return object{"kod": c.Code, "klartext": c.Text} }
