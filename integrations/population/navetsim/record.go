package navetsim

import (
	"slices"
	"strings"

	"samtjanst/integrations/population"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/idno"
)

// The answer's shape, as far as it is known (facts 3.1): keys are Skatteverket's.
type object = map[string]any

func date(s string) any { // YYYY-MM-DD
	if s == "" {
		return nil
	}
	return object{"varde": strings.ReplaceAll(s, "-", ""), "rfc3339Datum": s}
}

var relationNames = map[population.RelationKind]string{
	population.Child: "Barn", population.Mother: "Moder", population.Father: "Fader", population.Parent: "Förälder",
	population.Guardian: "Vårdnadshavare", population.GuardianFor: "Vårdnadshavare för",
	population.Spouse: "Make/maka", population.Partner: "Partner",
}

var causes = map[string]string{"AV": "Avliden", "UV": "Utvandrad", "GN": "Gammalt personnummer", "OB": "Obefintlig"}

// record writes a persona as the register would.
func record(p personas.Persona, markMissing bool) object {
	typ := "PERSONNUMMER"
	if p.Number.Kind() == idno.Coordination {
		typ = "SAMORDNINGSNUMMER"
	}
	status := "AKTIVT"
	if p.Gone() {
		status = "AVREGISTRERAT"
	}
	o := object{
		"identitet": object{"identitetsbeteckning": p.Number.Digits(), "typ": typ,
			"status": object{"varde": status, "datum": date(p.Number.Born().Format("2006-01-02"))}},
		"namn": object{
			"fornamn":        object{"namn": p.GivenNames, "tilltalsnamnsmarkering": mark(p.GivenNames, p.CalledName)},
			"efternamn":      object{"namn": p.Surname},
			"aviseringsnamn": p.Surname + ", " + p.GivenNames,
		},
		"fodelse":      object{"datum": date(p.Number.Born().Format("2006-01-02"))},
		"senastAndrad": object{"tidpunkt": "2026-08-01T04:00:00+02:00"},
	}
	if !markMissing {
		o["skyddAvPersonuppgifter"] = string(p.Protection)
	}
	if p.MiddleName != "" {
		o["namn"].(object)["mellannamn"] = object{"namn": p.MiddleName}
	}
	// Skyddad folkbokföring: the register itself gives no address. Sekretessmarkering: it gives all, and trusts the receiver.
	if p.Municipality != "" && p.Protection != population.Protected {
		a := p.Address
		o["folkbokforing"] = object{
			"adress": object{"careOf": a.CareOf, "gatuadress": a.Street, "adressfortsattning": a.Extra,
				"postnummer": a.PostalCode, "postort": a.City, "nyckel": a.Key},
			"lanskod": p.Municipality[:2], "kommunkod": p.Municipality[2:], "distriktskod": p.Municipality + "01",
			"fastighet": object{"beteckning": a.Property},
			"datum":     date(a.Since),
		}
		o["kontaktadress"] = object{"sverige": object{"gatuadress": a.Street, "adressfortsattning": a.Extra,
			"postnummer": a.PostalCode, "postort": a.City, "typ": "FOLKBOKFORINGSADRESS"}}
	}
	if p.Gone() {
		o["avregistrering"] = object{"orsakskod": p.Deregistered, "orsakskodsbeskrivning": causes[p.Deregistered],
			"avregistreringsdatum": date(p.DeregisteredOn)}
	}
	var known, never []object
	for _, r := range p.Relations {
		rel := object{"typ": object{"kod": string(r.Kind), "beskrivning": relationNames[r.Kind]}}
		if r.Since != "" {
			rel["fromDatumVardnad"] = date(r.Since)
		}
		if r.To.IsZero() {
			rel["fodelsetidsnummer"] = "19800101TF10"
			never = append(never, rel)
			continue
		}
		rel["identitetsbeteckning"] = r.To.Digits()
		if r.Gone == "AV" { // the only cause that the register states in a relation
			rel["avregistrering"] = object{"orsakskod": "AV", "orsakskodsbeskrivning": causes["AV"]}
		}
		known = append(known, rel)
	}
	if known != nil {
		o["relationerTillFolkbokforda"] = known
	}
	if never != nil {
		o["relationerTillAldrigFolkbokforda"] = never
	}
	return o
}

// referral is what stands under a number that has been replaced.
func referral(old idno.Number, p personas.Persona) object {
	return object{
		"identitet": object{"identitetsbeteckning": old.Digits(), "typ": "PERSONNUMMER",
			"status": object{"varde": "AVREGISTRERAT", "datum": date("2025-02-01")}},
		"skyddAvPersonuppgifter": string(p.Protection),
		"avregistrering": object{"orsakskod": "GN", "orsakskodsbeskrivning": causes["GN"],
			"avregistreringsdatum": date("2025-02-01")},
		"hanvisningar": []object{{"identitetsbeteckning": p.Number.Digits()}},
		"senastAndrad": object{"tidpunkt": "2025-02-01T04:00:00+01:00"},
	}
}

// mark is the tilltalsnamnsmarkering: which of the given names is the called one.
func mark(given, called string) string {
	names := strings.FieldsFunc(given, func(r rune) bool { return r == ' ' || r == '-' })
	if i := slices.Index(names, called); i >= 0 && len(names) > 1 {
		return string([]byte{byte('1' + i), '0'})
	}
	return "00"
}
