package personas

import (
	"slices"
	"strings"
	"time"

	"samtjanst/integrations/population"
	"samtjanst/platform/idno"
)

// particulars are the facts that set some people apart from the table's ordinary ones.
var particulars = map[ID]func(*Persona){
	DanielDemolund: func(p *Persona) { p.Protection = population.Marked },
	HannaProvlind:  func(p *Persona) { p.Protection = population.Marked },
	NovaProvgren:   func(p *Persona) { p.Protection = population.Protected },
	AndersTestberg: func(p *Persona) { p.Deregistered, p.DeregisteredOn, p.EID = "AV", "2024-03-10", false },
	MarcusDemogren: func(p *Persona) { p.Deregistered, p.DeregisteredOn = "UV", "2025-06-15" },
	BengtTestgren:  func(p *Persona) { p.EID = false },
	RobinExempelstrom: func(p *Persona) {
		old := idno.Must("198001282394")
		p.Former, p.EIDNumber = []idno.Number{old}, old
	},
}

var cast = build()

func build() []Persona {
	var out []Persona
	for _, s := range scenes {
		for _, r := range s.people {
			p := Persona{ID: r.id, Household: s.title, Story: r.story}
			p.Number = idno.Must(r.number)
			p.Protection = population.Open
			p.GivenNames, p.CalledName, p.Surname = r.given, r.called, r.surname
			if p.CalledName == "" {
				p.CalledName = r.given
			}
			if r.home != "" {
				p.Address = homes[r.home]
				p.Municipality = Ekkoping
				if r.home[:2] == "ta" {
					p.Municipality = Tallvik
				}
			}
			p.EID = !slices.Contains(s.children, r.id)
			p.EIDNumber = p.Number
			if r.phone != "" {
				p.Phone = "+46701740" + r.phone
				p.Mail = strings.ReplaceAll(string(r.id), "-", ".") + "@example.se"
			}
			if set := particulars[r.id]; set != nil {
				set(&p)
			}
			out = append(out, p)
		}
	}
	for _, s := range scenes {
		relate(out, s)
	}
	return out
}

// relate writes a family's relations into the records of both sides (facts 3.3).
func relate(all []Persona, s scene) {
	at := func(id ID) *Persona {
		i := slices.IndexFunc(all, func(p Persona) bool { return p.ID == id })
		return &all[i]
	}
	link := func(from ID, kind population.RelationKind, to ID, since string) {
		gone := ""
		if other := at(to); other.Deregistered == "AV" { // the register states only death in a relation
			gone = other.Deregistered
		}
		p := at(from)
		p.Relations = append(p.Relations, population.Relation{Kind: kind, To: at(to).Number, Since: since, Gone: gone})
	}
	for _, child := range s.children {
		for _, parent := range s.parents {
			kind := population.Mother
			if n := at(parent).Number.Digits(); (n[10]-'0')%2 == 1 { // odd birth number: a man
				kind = population.Father
			}
			link(child, kind, parent, "")
			link(parent, population.Child, child, "")
		}
		for _, guardian := range s.guardians {
			since := at(child).Number.Born().Format(time.DateOnly)
			link(child, population.Guardian, guardian, since)
			link(guardian, population.GuardianFor, child, since)
		}
	}
	if s.spouses {
		link(s.parents[0], population.Spouse, s.parents[1], "")
		link(s.parents[1], population.Spouse, s.parents[0], "")
	}
}

func ekkoping(street, extra, key string) population.Address {
	return population.Address{Street: street, Extra: extra, PostalCode: "99110", City: "Ekköping", Since: "2020-06-01",
		Property: "EKKÖPING PROVET " + key[11:13] + ":1", Key: key}
}

func tallvik(street, extra, key string) population.Address {
	return population.Address{Street: street, Extra: extra, PostalCode: "99210", City: "Tallvik", Since: "2021-08-15",
		Property: "TALLVIK TESTET " + key[11:13] + ":1", Key: key}
}
