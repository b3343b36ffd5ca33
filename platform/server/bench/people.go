package main

import (
	"fmt"
	"time"

	"samtjanst/integrations/population"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/idno"
)

// family is a parent with sole custody of one child, so that one signature is enough.
type family struct{ parent, child personas.Persona }

// families makes so many, after the cast's Sara and Leo, with test numbers of their own.
func families(n int) ([]family, []personas.Persona) {
	sara, leo := personas.SaraExempelsson.Persona(), personas.LeoExempelsson.Persona()
	var out []family
	people := personas.All()
	parents, children := numbers(1965), numbers(2010)
	for i := range n {
		f := family{sara, leo}
		f.parent.ID, f.child.ID = personas.ID(fmt.Sprintf("bench-%d", i)), personas.ID(fmt.Sprintf("bench-%d-barn", i))
		f.parent.Number, f.child.Number = parents(), children()
		f.parent.EIDNumber, f.parent.Mail = f.parent.Number, fmt.Sprintf("bench.%d@example.se", i)
		f.parent.Relations = []population.Relation{
			{Kind: population.Child, To: f.child.Number}, {Kind: population.GuardianFor, To: f.child.Number, Since: "2018-01-01"}}
		f.child.Relations = []population.Relation{
			{Kind: population.Mother, To: f.parent.Number}, {Kind: population.Guardian, To: f.parent.Number, Since: "2018-01-01"}}
		out = append(out, f)
		people = append(people, f.parent, f.child)
	}
	return out, people
}

// numbers gives test numbers that are never given to anybody (birth numbers 238, 239 and 980), from the first day of a year on.
func numbers(year int) func() idno.Number {
	day, births := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), []string{"238", "239", "980"}
	next := 0
	return func() idno.Number {
		birth := births[next%len(births)]
		date := day.AddDate(0, 0, next/len(births)).Format("20060102")
		next++
		for check := range 10 {
			if s := fmt.Sprintf("%s%s%d", date, birth, check); idno.Valid(s) {
				return idno.Must(s)
			}
		}
		panic("bench: no check digit fits " + date)
	}
}
