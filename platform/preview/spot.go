package preview

import (
	"net/http"
	"net/url"
	"strconv"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/forms/scenario"
	"samtjanst/platform/clock"
)

// framePath is where the pages in frames stand.
const framePath = "/sida/"

// anyPage in an address is the page where the person would be.
const anyPage = "nu"

// spot is a place in a form: who is there, after what, on which page, in which language.
type spot struct {
	Page     string
	Scenario string // file; "" a person whom no register knows
	Who      int    // 0 the applicant, then the scenario's others
	Step     int    // so many of the person's steps are played
	Lang     string
	Theme    string
	Typed    string // name of what has been typed instead, see memory
	Return   bool   // one answer is changed from the check page
}

// spotOf reads an address; what is wrong in it is as not said.
func spotOf(r *http.Request) spot {
	q := r.URL.Query()
	who, _ := strconv.Atoi(q.Get("vem"))
	step, err := strconv.Atoi(q.Get("steg"))
	if err != nil || step < 0 {
		step = 0
	}
	s := spot{Page: r.PathValue("page"), Scenario: q.Get("scenario"), Who: max(who, 0), Step: step, Lang: q.Get("sprak"), Theme: q.Get("tema"),
		Typed: q.Get("ifyllt"), Return: q.Get("andra") != ""}
	if s.Lang == "" {
		s.Lang = "sv"
	}
	if s.Page == "" {
		s.Page = q.Get("sida")
	}
	return s
}

func (s spot) query() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" && value != "0" {
			q.Set(name, value)
		}
	}
	set("scenario", s.Scenario)
	set("vem", strconv.Itoa(s.Who))
	set("steg", strconv.Itoa(s.Step))
	set("sprak", s.Lang)
	set("tema", s.Theme)
	set("ifyllt", s.Typed)
	if s.Return {
		q.Set("andra", "1")
	}
	return q
}

// frame is the address of the page in a frame, board that of the author's page around it.
func (s spot) frame() string {
	page := s.Page
	if page == "" {
		page = anyPage
	}
	return framePath + url.PathEscape(page) + "?" + s.query().Encode()
}

func (s spot) board() string {
	q := s.query()
	if s.Page != "" {
		q.Set("sida", s.Page)
	}
	return "/?" + q.Encode()
}

// person who fills in, and what he or she does in the scenario.
type person struct {
	role  string
	steps []scenario.Step
}

// people of a scenario.
func people(s scenario.Scenario) []person {
	role, _ := s.Actor["role"].(string)
	out := []person{{role, s.Steps}}
	for _, o := range s.Others {
		out = append(out, person{o.Role, o.Steps})
	}
	return out
}

// place is a spot with all that its page is made of.
type place struct {
	spot
	edition *edition
	view    *forms.View
	typed   *typed // nil when nothing has been typed
}

// open runs the form as it is at a spot.
func (s *Server) open(e *edition, at spot) (*place, error) {
	scope := forms.Scope{Answers: e.graph.Defaults(), Facts: map[string]any{"source": "manual"}, Actor: map[string]any{"role": journey.Applicant},
		Today: s.clock.Now().In(clock.Stockholm).Format("2006-01-02")}
	p := &place{spot: at, edition: e}
	if sc, ok := e.scenario(at.Scenario); ok {
		scope = scenario.Replay(e.graph, sc, at.Who, at.Step)
		who := people(sc)
		if at.Who < len(who) && at.Page == anyPage && at.Step < len(who[at.Who].steps) {
			p.Page = who[at.Who].steps[at.Step].Page
		}
	} else {
		p.Scenario, p.Who, p.Step = "", 0, 0
	}
	if t, ok := s.memory.find(at.Typed); ok {
		p.typed = t
		scope.Answers = forms.CopyObject(t.Answers)
	} else {
		p.Typed = ""
	}
	var err error
	if p.view, err = e.graph.Run(scope); err != nil {
		return nil, err
	}
	if p.Page == anyPage {
		p.Page = journey.CheckPage
		if next, some := e.graph.Incomplete(p.view); some {
			p.Page = next
		}
	}
	return p, nil
}

// problems of the page: what could not be read of what was posted, and when Continue was pressed what validation says.
func (p *place) problems() []forms.Problem {
	if p.typed == nil || p.typed.Page != p.Page {
		return nil
	}
	out := p.typed.Problems
	if p.typed.Checked {
		found, _ := p.edition.graph.Continue(p.view, p.Page, p.Return)
		out = forms.MergeProblems(out, found)
	}
	return out
}
