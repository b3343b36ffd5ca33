package smssim

import (
	"net/http"

	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/shell"
	"samtjanst/platform/clock"
)

// Pages serves /sms/ (the inbox), /sms/api?to= (the same as JSON) and POST /sms/script (fault, times, clear).
func (s *Sim) Pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sms/{$}", s.list)
	mux.HandleFunc("GET /sms/api", func(w http.ResponseWriter, r *http.Request) {
		shell.JSON(w, http.StatusOK, s.Messages(r.FormValue("to")))
	})
	mux.HandleFunc("POST /sms/script", s.outage.Script("/sms/", s.box.Script))
	return shell.Guard(mux)
}

type view struct {
	To       string
	Switch   outage.View
	Messages []messageView
}

type messageView struct {
	Message
	When  string
	Spans []shell.Span
}

var page = shell.New(`
<form method="get" action="/sms/" class="row"><div><label for="to">Visa sms till</label><input id="to" name="to" type="text" inputmode="tel" autocomplete="off" value="{{.To}}"></div><button>Visa</button>{{if .To}} <a class="button quiet" href="/sms/">Visa alla</a>{{end}}</form>
{{if not .Messages}}<p>Inga sms än.</p>{{end}}
{{range .Messages}}<article class="card"><h2>{{.From}}</h2>
<dl><dt>Till</dt><dd>{{.To}}</dd><dt>Kom</dt><dd>{{.When}}{{if gt .Copies 1}} (skickat {{.Copies}} gånger, samma referens){{end}}</dd></dl>
<pre>{{range .Spans}}{{if .Link}}<a href="{{.Link}}">{{.Text}}</a>{{else}}{{.Text}}{{end}}{{end}}</pre></article>{{end}}
{{template "outage" .Switch}}
<form method="post" action="/sms/script"><p><button class="quiet" name="clear" value="1">Töm inkorgen</button></p></form>`)

func (s *Sim) list(w http.ResponseWriter, r *http.Request) {
	v := view{To: r.FormValue("to"), Switch: s.outage.View("/sms/script")}
	for _, m := range s.Messages(v.To) {
		v.Messages = append(v.Messages, messageView{m, m.At.In(clock.Stockholm).Format("2006-01-02 15:04:05"), shell.Links(m.Text)})
	}
	page.Write(w, http.StatusOK, "Sms-inkorgen", v)
}
