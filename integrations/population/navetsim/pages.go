package navetsim

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"samtjanst/integrations/population"
	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/personas"
	"samtjanst/integrations/sim/shell"
)

// Pages serves /navet/: what each person's record looks like, and the switches.
func (s *Sim) Pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /navet/{$}", s.list)
	mux.HandleFunc("GET /navet/{id}", s.one)
	mux.HandleFunc("POST /navet/script", outage.Commands(fromForm, s.Do, func(c Command) string { return "/navet/" + string(c.Person) }))
	return shell.Guard(mux)
}

// Command is what POST /navet/script takes, as JSON or as a form with the same names. The keys that are set act, in this order.
type Command struct {
	outage.Command[Fault]
	Person       personas.ID            `json:"person,omitempty"`
	Protection   *population.Protection `json:"protection,omitempty"`
	Guardians    *[]personas.ID         `json:"guardians,omitempty"`
	Deregistered *string                `json:"deregistered,omitempty"`
	MoveTo       personas.ID            `json:"moveTo,omitempty"`
}

// Do carries a command out.
func (s *Sim) Do(c Command) error {
	if err := s.outage.Do(c.Command, s.Reset); err != nil {
		return err
	}
	if c.Protection != nil {
		if err := s.Protect(c.Person, *c.Protection); err != nil {
			return err
		}
	}
	if c.Guardians != nil {
		if err := s.Custody(c.Person, *c.Guardians...); err != nil {
			return err
		}
	}
	if c.Deregistered != nil {
		if err := s.Deregister(c.Person, *c.Deregistered); err != nil {
			return err
		}
	}
	if c.MoveTo != "" {
		return s.Move(c.Person, c.MoveTo)
	}
	return nil
}

func fromForm(f url.Values) (Command, error) {
	all, err := outage.FromForm[Fault](f)
	c := Command{Command: all, Person: personas.ID(f.Get("person")), MoveTo: personas.ID(f.Get("moveTo"))}
	if f.Has("protection") {
		v := population.Protection(f.Get("protection"))
		c.Protection = &v
	}
	if f.Has("deregistered") {
		v := f.Get("deregistered")
		c.Deregistered = &v
	}
	if f.Has("custody") {
		ids := []personas.ID{}
		for _, g := range f["guardian"] {
			ids = append(ids, personas.ID(g))
		}
		c.Guardians = &ids
	}
	return c, err
}

type listView struct {
	Switch outage.View
	Groups []group
	Calls  shell.Table
}

type group struct {
	Title  string
	People []personas.Persona
}

var listPage = shell.New(`
<p>Så svarar folkbokföringen när e-tjänsten frågar. Öppna en person för att se svaret och ändra det, till exempel medan en ansökan pågår.</p>
{{template "outage" .Switch}}
<form method="post" action="/navet/script"><p><button class="quiet" name="reset" value="1">Återställ alla personer och störningar</button></p></form>
{{range .Groups}}<section><h2>{{.Title}}</h2><ul>{{range .People}}<li><a href="/navet/{{.ID}}">{{.Name}}</a>{{if .Protection.Hidden}} – skyddade personuppgifter{{end}}{{with .Deregistered}} – avregistrerad ({{.}}){{end}}</li>{{end}}</ul></section>{{end}}
{{template "calls" .Calls}}`)

func (s *Sim) list(w http.ResponseWriter, _ *http.Request) {
	v := listView{Switch: s.outage.View("/navet/script"), Calls: shell.Calls(s.Calls(), []string{"Personer"}, func(c Call) (time.Time, string, []string) {
		var who []string
		for _, id := range c.IDs {
			who = append(who, id.Name())
		}
		return c.At, c.Ref, []string{strings.Join(who, ", ")}
	})}
	s.mu.Lock()
	for _, id := range s.order {
		p := s.people[id].Persona
		if n := len(v.Groups); n == 0 || v.Groups[n-1].Title != p.Household {
			v.Groups = append(v.Groups, group{Title: p.Household})
		}
		g := &v.Groups[len(v.Groups)-1]
		g.People = append(g.People, p)
	}
	s.mu.Unlock()
	listPage.Write(w, http.StatusOK, "Navet, folkbokföringen", v)
}

type oneView struct {
	P         personas.Persona
	Mark      string
	Marks     []population.Protection
	Causes    []choice
	IsChild   bool
	Guardians []guardianChoice
	Others    []personas.Persona
	JSON      string
}

type choice struct{ Value, Text string }

type guardianChoice struct {
	personas.Persona
	Is bool
}

var onePage = shell.New(`
<p>{{.P.Story}}</p>
<dl><dt>Personnummer</dt><dd>{{.P.Number.Dashed}}</dd><dt>Skydd</dt><dd>{{.Mark}}</dd><dt>Situation</dt><dd>{{.P.Household}}</dd></dl>
<section aria-labelledby="sw"><h2 id="sw">Ändra från och med nu</h2>
<form method="post" action="/navet/script" class="row"><input type="hidden" name="person" value="{{.P.ID}}">
<div><label for="pr">Skydd av personuppgifter</label><select id="pr" name="protection">{{range .Marks}}<option{{if eq (print .) $.Mark}} selected{{end}}>{{.}}</option>{{end}}</select></div><button>Ändra skydd</button></form>
<form method="post" action="/navet/script" class="row"><input type="hidden" name="person" value="{{.P.ID}}">
<div><label for="de">Avregistrering</label><select id="de" name="deregistered">{{range .Causes}}<option value="{{.Value}}"{{if eq .Value $.P.Deregistered}} selected{{end}}>{{.Text}}</option>{{end}}</select></div><button>Ändra</button></form>
<form method="post" action="/navet/script" class="row"><input type="hidden" name="person" value="{{.P.ID}}">
<div><label for="mo">Flytta hem till</label><select id="mo" name="moveTo">{{range .Others}}<option value="{{.ID}}">{{.Name}}</option>{{end}}</select></div><button>Flytta</button></form>
{{if .IsChild}}<form method="post" action="/navet/script"><input type="hidden" name="person" value="{{.P.ID}}"><input type="hidden" name="custody" value="1">
<fieldset><legend>Vårdnadshavare</legend>{{range .Guardians}}<label><input type="checkbox" name="guardian" value="{{.ID}}"{{if .Is}} checked{{end}}> {{.Name}}</label>{{end}}</fieldset><button>Ändra vårdnad</button></form>{{end}}
</section>
<section aria-labelledby="js"><h2 id="js">Så ser svaret ut</h2><pre>{{.JSON}}</pre></section>
<p><a href="/navet/">Alla personer</a></p>`)

func (s *Sim) one(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.people[personas.ID(r.PathValue("id"))]
	if !ok {
		http.NotFound(w, r)
		return
	}
	text, err := shell.Indented(record(p.Persona, p.markMissing))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	v := oneView{P: p.Persona, Mark: string(p.Protection), JSON: text, IsChild: p.Child(),
		Marks:  []population.Protection{population.Open, population.Marked, population.Protected, MarkMissing, "NYTT_SKYDD"},
		Causes: []choice{{"", "Folkbokförd"}, {"AV", "Avliden"}, {"UV", "Utvandrad"}, {"OB", "Obefintlig"}}}
	guardians := p.Related(population.Guardian)
	for _, id := range s.order {
		other := s.people[id].Persona
		if other.ID == p.ID {
			continue
		}
		if other.Municipality != "" {
			v.Others = append(v.Others, other)
		}
		if !other.Child() && other.Household == p.Household {
			is := false
			for _, g := range guardians {
				is = is || g == other.Number
			}
			v.Guardians = append(v.Guardians, guardianChoice{other, is})
		}
	}
	onePage.Write(w, http.StatusOK, p.Name(), v)
}
