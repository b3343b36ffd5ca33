package personas

import (
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/population"
)

func TestNumbersAreTestNumbersAndUnique(t *testing.T) {
	seen := map[string]ID{}
	for _, p := range All() {
		numbers := append(slices.Clone(p.Former), p.Number)
		for _, n := range numbers {
			d := n.Digits()
			if birth := d[8:11]; birth != "238" && birth != "239" && birth != "980" {
				t.Errorf("%s has birth number %s, which somebody may have", p.ID, birth)
			}
			if other, ok := seen[d]; ok {
				t.Errorf("%s and %s have the same number", p.ID, other)
			}
			seen[d] = p.ID
		}
	}
}

func TestCustodyIsWrittenInBothRecords(t *testing.T) {
	mirror := map[population.RelationKind][]population.RelationKind{
		population.Guardian:    {population.GuardianFor},
		population.GuardianFor: {population.Guardian},
		population.Mother:      {population.Child},
		population.Father:      {population.Child},
		population.Child:       {population.Mother, population.Father},
		population.Spouse:      {population.Spouse},
	}
	n := 0
	for _, p := range All() {
		for _, r := range p.Relations {
			other, ok := ByNumber(r.To)
			if !ok {
				t.Errorf("%s: relation %s to nobody in the cast", p.ID, r.Kind)
				continue
			}
			back := slices.ContainsFunc(other.Relations, func(b population.Relation) bool {
				return b.To == p.Number && slices.Contains(mirror[r.Kind], b.Kind)
			})
			if !back {
				t.Errorf("%s is %s to %s, who does not know of it", p.ID, r.Kind, other.ID)
			}
			n++
		}
	}
	if n < 60 {
		t.Errorf("only %d relations", n)
	}
}

func TestTheSituationsThatTheDemoNeeds(t *testing.T) {
	in2026 := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	if a := ElsaTestsson.Number().AgeAt(in2026); a != 7 {
		t.Errorf("Elsa is %d", a)
	}
	if a := OskarTestsson.Number().AgeAt(in2026); a != 13 {
		t.Errorf("Oskar is %d", a)
	}
	if AnnaTestsson.Persona().Address.Key != ErikTestsson.Persona().Address.Key {
		t.Error("Anna and Erik do not share a home")
	}
	if m, j := MariaProvberg.Persona(), JohanProvlund.Persona(); m.Address.Key == j.Address.Key || m.Municipality != j.Municipality {
		t.Error("Maria and Johan have not two homes in one municipality")
	}
	if g := LeoExempelsson.Persona().Related(population.Guardian); len(g) != 1 || g[0] != SaraExempelsson.Number() {
		t.Error("Leo has not one guardian")
	}
	if !DanielDemolund.Persona().Protection.Hidden() || !NovaProvgren.Persona().Protection.Hidden() || !HannaProvlind.Persona().Protection.Hidden() {
		t.Error("a protected person is open")
	}
	if !AndersTestberg.Persona().Gone() || !MarcusDemogren.Persona().Gone() {
		t.Error("those who are gone are not")
	}
	if BengtTestgren.Persona().EID || ElsaTestsson.Persona().EID || !AnnaTestsson.Persona().EID {
		t.Error("wrong people have e-legitimation")
	}
	if p := RobinExempelstrom.Persona(); len(p.Former) != 1 || p.EIDNumber != p.Former[0] {
		t.Error("Robin has not changed number")
	}
	if PatrikDemoberg.Persona().Municipality != Tallvik || LinusDemoberg.Persona().Municipality != Ekkoping {
		t.Error("Linus has not homes in two municipalities")
	}
	if g := GunnarTestman.Persona(); len(g.Relations) != 0 {
		t.Error("Gunnar has relations")
	}
}

func TestOnlyAFamilySharesAHome(t *testing.T) {
	lives := map[string]string{}
	for _, p := range All() {
		if p.Address.IsZero() {
			continue
		}
		if other, ok := lives[p.Address.Key]; ok && other != p.Household {
			t.Errorf("%s lives with strangers", p.ID)
		}
		lives[p.Address.Key] = p.Household
	}
}

func TestCustodyBeginsWithTheChild(t *testing.T) {
	for _, p := range All() {
		for _, r := range p.Relations {
			if r.Kind == population.Guardian && r.Since != p.Number.Born().Format(time.DateOnly) {
				t.Errorf("%s: custody since %s", p.ID, r.Since)
			}
		}
	}
}

func TestNobodyCanChangeTheCast(t *testing.T) {
	p := AnnaTestsson.Persona()
	p.Relations[0].Kind = "X"
	All()[0].Relations[0].Kind = "X"
	if AnnaTestsson.Persona().Relations[0].Kind == "X" {
		t.Error("a caller changed the cast")
	}
}

func TestContactsAreFictitious(t *testing.T) {
	for _, p := range All() {
		if p.Phone == "" {
			continue
		}
		if p.Phone < "+46701740605" || p.Phone > "+46701740699" {
			t.Errorf("%s has a telephone number outside the fictitious series", p.ID)
		}
		if !strings.HasSuffix(p.Mail, "@example.se") {
			t.Errorf("%s has mail %s", p.ID, p.Mail)
		}
	}
}
