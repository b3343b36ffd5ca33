package main

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"strings"
	"time"

	"samtjanst/integrations/sim"
	"samtjanst/platform/clock"
)

const (
	startPath = "/ekkoping/tjanster/skolskjuts/starta"
	checkPage = "kontrollera"
)

// answersOf are what a family answers, by page.
func answersOf(f family, now time.Time) map[string]url.Values {
	return map[string]url.Values{
		"elev":    {"a/elev/barn": {f.child.Number.Digits()}},
		"lasar":   {"a/skola/lasar": {schoolYear(now)}, "a/skola/skolform": {"grundskola"}, "a/skola/arskurs": {"4"}},
		"skola":   {"a/skola/placering": {"anvisad"}, "a/skola/skola": {"eklunda"}},
		"period":  {"a/period/omfattning": {"hela"}},
		"grund":   {"a/grund/skal": {"avstand"}},
		"avstand": {"a/grund/avstand": {"4,5"}},
		"boende":  {"a/boende/typ": {"ett-hem"}},
		"fritids": {"a/fritids/gar": {"false"}},
		"barnet":  {"a/barnet/asikt": {"Jag vill åka buss med mina kompisar."}},
		"egen":    {"a/egen/email": {f.parent.Mail}, "a/egen/till": {"mandag", "tisdag"}, "a/egen/fran": {"mandag"}},
	}
}

// schoolYear is the one that the form offers first.
func schoolYear(now time.Time) string {
	now = now.In(clock.Stockholm)
	y := now.Year()
	if now.Format("01-02") < "06-15" {
		y--
	}
	return fmt.Sprintf("%d/%d", y, y+1)
}

// begin starts an application and gives its address.
func begin(b browser) (string, error) {
	p, err := b.get(startPath)
	if err != nil {
		return "", err
	}
	if p, err = b.post(startPath, hidden(p.body)); err != nil {
		return "", err
	}
	return p.location, nil
}

// travel goes the citizen's whole way, as a browser does: start, every page read and posted, the check page, handed
// in, the case. It gives the number of requests.
func travel(b browser, answers map[string]url.Values) (requests int, err error) {
	draft, err := begin(b)
	if err != nil {
		return 0, err
	}
	requests = 2
	p, err := b.get(draft)
	if err != nil {
		return 0, err
	}
	for requests++; requests < 100; requests += 2 {
		at := p.location
		if p, err = b.get(at); err != nil {
			return 0, err
		}
		form := hidden(p.body)
		name := pageOf(at)
		maps.Copy(form, answers[name])
		if p, err = b.post(at, form); err != nil {
			return 0, err
		}
		if name == checkPage {
			_, err = b.get(p.location)
			return requests + 3, err
		}
	}
	return 0, fmt.Errorf("the journey does not end")
}

var autoStartToken = regexp.MustCompile(`autostarttoken=([0-9a-f-]+)`)

// sign signs a case with the e-legitimation, which approves at once.
func sign(b browser, f family, id string, sims *sim.Running) error {
	at := "/arende/" + id + "/underskrift"
	p, err := b.get(at)
	if err != nil {
		return err
	}
	form := hidden(p.body)
	form.Set("enhet", "denna")
	if p, err = b.post(at, form); err != nil {
		return err
	}
	for range 5 {
		if p, err = b.get(p.location); err != nil {
			return err
		}
		if m := autoStartToken.FindSubmatch(p.body); m != nil {
			if err := sims.BankID.Approve(f.parent.EIDNumber, string(m[1])); err != nil {
				return err
			}
		}
		if p, err = b.post(at+"/vanta", hidden(p.body)); err != nil {
			return err
		}
		if !strings.Contains(p.location, "/vanta") {
			if !strings.Contains(p.location, "underskriven") {
				return fmt.Errorf("signing ended at %s", p.location)
			}
			_, err = b.get(p.location)
			return err
		}
	}
	return fmt.Errorf("signing does not end")
}
