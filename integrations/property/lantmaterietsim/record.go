package lantmaterietsim

import (
	"net/http"
	"strconv"
	"strings"

	"samtjanst/integrations/property"
	"samtjanst/integrations/sim/places"
	"samtjanst/integrations/sim/shell"
)

type object = map[string]any

// label is an address as the service writes it on one line: municipality, part of it where that has a name of its own, and street.
func label(p places.Place) string {
	parts := []string{p.Municipality}
	if p.District != p.Municipality {
		parts = append(parts, p.District)
	}
	return strings.Join(append(parts, p.Street), " ")
}

func statusOf(p places.Place) string {
	if p.Reserved {
		return "Reserverad"
	}
	return "Gällande"
}

// none writes what is empty as the service does: null.
func none(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// number writes a postal code as the service does: a number, null when there is none.
func number(s string) any {
	n, err := strconv.Atoi(s)
	if err != nil {
		return nil
	}
	return n
}

// reference is an address as a search finds it.
func reference(p places.Place, split bool) object {
	o := object{"objektidentitet": p.ID, "adress": label(p)}
	if split {
		o["adressComponents"] = object{"kommun": p.Municipality, "kommundel": p.District, "adressomrade": p.Area, "gardsadressomrade": none(p.Farm),
			"adressplatsnummer": p.Number, "bokstavstillagg": none(p.Letter), "lagestillagg": nil, "lagestillagsnummer": nil,
			"avvikandeAdressplatsBeteckning": nil, "postnummer": number(p.PostalCode), "postort": none(p.City)}
	}
	return o
}

// feature is an address by its id. What it is made of comes with "basinformation", the property that it stands on with "berorkrets", and
// both with "total".
func feature(p places.Place, include string) object {
	properties := object{"objektidentitet": p.ID}
	if include == "basinformation" || include == "total" {
		area := object{"faststalltNamn": p.Area, "kommundel": object{"faststalltNamn": p.District, "kommun": object{"kommunkod": p.Code, "kommunnamn": p.Municipality}}}
		if p.Farm != "" {
			properties["gardsadressomrade"] = object{"faststalltNamn": p.Farm, "adressomrade": area}
		} else {
			properties["adressomrade"] = area
		}
		properties["adressplatsattribut"] = object{"status": statusOf(p), "postnummer": number(p.PostalCode), "postort": none(p.City),
			"adressplatsbeteckning": object{"adressplatsnummer": p.Number, "bokstavstillagg": none(p.Letter), "avvikerFranStandarden": false}}
	}
	if (include == "berorkrets" || include == "total") && p.Unit != (property.Unit{}) {
		properties["registerenhetsreferens"] = object{"objektidentitet": p.Unit.ID, "beteckning": p.Unit.Designation, "typ": p.Unit.Kind}
	}
	return object{"type": "Feature", "id": p.ID, "geometry": nil, "properties": properties}
}

// designation is a property as a search finds it.
func designation(p places.Parcel) object {
	o := object{"objektidentitet": strings.Replace(p.ID, "6a3f", "7b40", 1), "beteckning": p.Designation, "registerenhet": nil, "registerenhetstyp": nil,
		"gemensamhetsanlaggning": nil}
	if p.Kind == property.Works {
		o["gemensamhetsanlaggning"] = p.ID
	} else {
		o["registerenhet"], o["registerenhetstyp"] = p.ID, p.Kind
	}
	return o
}

// named is a property by its name.
func named(p places.Parcel) object {
	return object{"registerenhetsreferens": object{"objektidentitet": p.ID, "objektstatus": "levande", "typ": p.Kind},
		"registerbeteckning": []object{{"beteckning": p.Designation, "beteckningsstatus": "gällande"}}}
}

// refuse answers as the services do: a Fault.
func refuse(w http.ResponseWriter, status int, reason string) {
	shell.JSON(w, status, object{"code": status, "reason": reason, "errors": []string{}})
}
