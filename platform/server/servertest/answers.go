package servertest

import (
	"net/url"
	"strings"

	"samtjanst/integrations/sim/personas"
)

// Posted makes a posted page of "/pointer=value" pairs; several for one pointer are checkboxes, and y/, m/, d/ before a pointer are a date's parts.
func Posted(pairs ...string) url.Values {
	v := url.Values{}
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		if strings.HasPrefix(name, "/") {
			name = "a" + name
		}
		v.Add(name, value)
	}
	return v
}

// OneHome are the answers for a child who lives in one home, by page.
func OneHome(child personas.ID, school, email string) map[string]url.Values {
	return map[string]url.Values{
		"elev":    Posted("/elev/barn=" + child.Number().Digits()),
		"lasar":   Posted("/skola/lasar=2026/2027", "/skola/skolform=grundskola", "/skola/arskurs=4"),
		"skola":   Posted("/skola/placering=anvisad", "/skola/skola="+school),
		"period":  Posted("/period/omfattning=hela"),
		"grund":   Posted("/grund/skal=avstand"),
		"avstand": Posted("/grund/avstand=4,5"),
		"boende":  Posted("/boende/typ=ett-hem"),
		"fritids": Posted("/fritids/gar=false"),
		"barnet":  Posted("/barnet/asikt=Jag vill åka buss med mina kompisar."),
		"egen":    Posted("/egen/email="+email, "/egen/till=mandag", "/egen/till=tisdag", "/egen/fran=mandag"),
	}
}

// TwoHomes are the answers for a child who lives in two homes by a fixed schedule.
func TwoHomes(child personas.ID, school, email string) map[string]url.Values {
	p := OneHome(child, school, email)
	p["boende"] = Posted("/boende/typ=vaxelvis")
	p["schema"] = Posted("/boende/schema=varannan-vecka", "/boende/jamna=sokande", "y/boende/sedan=2026", "m/boende/sedan=8", "d/boende/sedan=17", "/boende/fast=true")
	return p
}
