package handoversim

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"samtjanst/integrations/handover/ridelist"
	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/shell"
	"samtjanst/platform/clock"
)

// Pages serves /transport/ (what has come, and the form that sends a ride list), /transport/api?receiver= (the same as JSON),
// POST /transport/ridelist and POST /transport/script.
func (s *Sim) Pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /transport/{$}", s.list)
	mux.HandleFunc("GET /transport/api", func(w http.ResponseWriter, r *http.Request) {
		shell.JSON(w, http.StatusOK, s.Deliveries(r.FormValue("receiver")))
	})
	mux.HandleFunc("POST /transport/ridelist", s.drop)
	mux.HandleFunc("POST /transport/script", s.outage.Script("/transport/", nil))
	return shell.Guard(mux)
}

type view struct {
	Receivers []receiverView
	Folder    bool
	Example   string
	Sent      string
	Waiting   []string
	Switch    outage.View
}

type receiverView struct {
	Receiver
	Deliveries []deliveryView
}

type deliveryView struct {
	Delivery
	When  string
	Cells [][]string
}

var page = shell.New(`
{{with .Sent}}<p class="note" role="status">Turlistan {{.}} ligger nu i mappen. E-tjänsten hämtar den om en stund.</p>{{end}}
{{range .Receivers}}{{$r := .}}<section><h2>{{.Name}}</h2>{{if not .Deliveries}}<p>Inget har kommit än.</p>{{end}}
{{range .Deliveries}}<article class="card"><h3 id="d-{{$r.ID}}-{{.Ref}}">{{.Kind}}, referens {{.Ref}}</h3><p>Kom {{.When}}, signaturen stämmer{{if gt .Copies 1}}, {{.Copies}} gånger med samma referens{{end}}.</p>
<div class="wide" tabindex="0" role="region" aria-labelledby="d-{{$r.ID}}-{{.Ref}}"><table><thead><tr>{{range .Columns}}<th scope="col">{{.}}</th>{{end}}</tr></thead>
<tbody>{{range .Cells}}<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>{{end}}</tbody></table></div></article>{{end}}</section>{{end}}
{{if .Folder}}<section aria-labelledby="ride"><h2 id="ride">Skicka tillbaka en turlista</h2>
<p>Trafikföretaget planerar turerna och skickar en fil med elevreferens, datum, avgång, hämtplats och linje. Ett förslag står i rutan.</p>
<form method="post" action="/transport/ridelist" enctype="multipart/form-data">
<label for="text">Turlista</label><textarea id="text" name="text" rows="8" cols="70" spellcheck="false">{{.Example}}</textarea>
<label for="file">Eller välj en fil</label><input id="file" name="file" type="file" accept=".csv,text/csv">
<p><button>Lägg filen i mappen</button></p></form>
{{if .Waiting}}<h3>Filer som väntar på att hämtas</h3><ul>{{range .Waiting}}<li>{{.}}</li>{{end}}</ul>{{end}}</section>{{end}}
{{template "outage" .Switch}}`)

func (s *Sim) list(w http.ResponseWriter, r *http.Request) {
	v := view{Folder: s.options.RideLists != "", Sent: r.FormValue("sent"), Switch: s.outage.View("/transport/script")}
	var pupils []string
	for _, c := range s.options.Receivers {
		rv := receiverView{Receiver: c}
		for _, d := range s.Deliveries(c.ID) {
			dv := deliveryView{Delivery: d, When: d.At.In(clock.Stockholm).Format("2006-01-02 15:04:05")}
			at := slices.Index(d.Columns, ridelist.Pupil)
			for _, row := range d.Rows {
				cells, err := d.Cells(row)
				if err != nil {
					http.Error(w, err.Error(), http.StatusInternalServerError)
					return
				}
				dv.Cells = append(dv.Cells, cells)
				if at >= 0 && !slices.Contains(pupils, cells[at]) {
					pupils = append(pupils, cells[at])
				}
			}
			rv.Deliveries = append(rv.Deliveries, dv)
		}
		v.Receivers = append(v.Receivers, rv)
	}
	v.Example = s.example(pupils)
	if v.Folder {
		entries, err := os.ReadDir(s.options.RideLists)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		for _, e := range entries {
			if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
				v.Waiting = append(v.Waiting, e.Name())
			}
		}
	}
	page.Write(w, http.StatusOK, "Trafikföretaget och skolan", v)
}

// example is a ride list for the pupils who have been handed over: there and back, the next weekday.
func (s *Sim) example(pupils []string) string {
	if len(pupils) == 0 {
		pupils = []string{"E-1001"}
	}
	day := s.options.Clock.Now().In(clock.Stockholm).AddDate(0, 0, 1)
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, 1)
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma = ';'
	records := [][]string{ridelist.Columns()}
	for _, p := range pupils {
		records = append(records, []string{p, day.Format(time.DateOnly), "07:10", "Provgatans hållplats", "S12"},
			[]string{p, day.Format(time.DateOnly), "14:35", "Skolans vändplan", "S12"})
	}
	if err := w.WriteAll(records); err != nil {
		return "" // a strings.Builder takes everything
	}
	return b.String()
}

func (s *Sim) drop(w http.ResponseWriter, r *http.Request) {
	if s.options.RideLists == "" {
		http.NotFound(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		http.Error(w, "formuläret gick inte att läsa", http.StatusBadRequest)
		return
	}
	text := []byte(r.FormValue("text"))
	if f, h, err := r.FormFile("file"); err == nil && h.Size > 0 {
		text, err = io.ReadAll(f)
		f.Close()
		if err != nil {
			http.Error(w, "filen gick inte att läsa", http.StatusBadRequest)
			return
		}
	}
	name, err := s.Drop(text)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	http.Redirect(w, r, "/transport/?sent="+name, http.StatusSeeOther)
}

// Drop puts a ride list into the folder that the platform reads and gives the file's name.
func (s *Sim) Drop(text []byte) (string, error) {
	name := fmt.Sprintf("turlista-%s.csv", s.options.Clock.Now().UTC().Format("20060102T150405.000"))
	hidden := filepath.Join(s.options.RideLists, "."+name+".part")
	if err := os.WriteFile(hidden, text, 0o640); err != nil {
		return "", fmt.Errorf("handoversim: %w", err)
	}
	if err := os.Rename(hidden, filepath.Join(s.options.RideLists, name)); err != nil {
		return "", fmt.Errorf("handoversim: %w", err)
	}
	return name, nil
}
