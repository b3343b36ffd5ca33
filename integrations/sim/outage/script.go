package outage

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
)

// maxScript bounds what a script takes, in bytes.
const maxScript = 1 << 16

// Script takes the form of a simulator's page: it sets the switch, does what else the page has buttons for (also may be nil), and leads back.
func (s *Switch[F]) Script(page string, also func(url.Values) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxScript)
		err := s.Form(r)
		if err == nil && also != nil {
			err = also(r.PostForm)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, page, http.StatusSeeOther)
	}
}

// Command is what every register takes as JSON or as a form with the same names; those whose records can be changed have it in a command of
// their own.
type Command[F ~string] struct {
	Reset bool `json:"reset,omitempty"`
	Fault *F   `json:"fault,omitempty"` // "" ends a fault
	Times int  `json:"times,omitempty"` // 0: until told otherwise
}

// FromForm reads a command.
func FromForm[F ~string](f url.Values) (c Command[F], err error) {
	c.Reset = f.Get("reset") != ""
	if f.Has("fault") {
		v := F(f.Get("fault"))
		c.Fault = &v
	}
	if t := f.Get("times"); t != "" {
		if c.Times, err = strconv.Atoi(t); err != nil {
			return c, fmt.Errorf("outage: times: %w", err)
		}
	}
	return c, nil
}

// Do carries a command out: reset first.
func (s *Switch[F]) Do(c Command[F], reset func()) error {
	if c.Reset && reset != nil {
		reset()
	}
	if c.Fault == nil {
		return nil
	}
	return s.Set(*c.Fault, c.Times)
}

// Commands takes commands: as JSON, answered by 204, or as a form, which leads to the page of what was changed.
func Commands[C any](fromForm func(url.Values) (C, error), do func(C) error, page func(C) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxScript)
		var c C
		var err error
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if kind == "application/json" {
			d := json.NewDecoder(r.Body)
			d.DisallowUnknownFields()
			err = d.Decode(&c)
		} else if err = r.ParseForm(); err == nil {
			c, err = fromForm(r.PostForm)
		}
		if err == nil {
			err = do(c)
		}
		switch {
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadRequest)
		case kind == "application/json":
			w.WriteHeader(http.StatusNoContent)
		default:
			http.Redirect(w, r, page(c), http.StatusSeeOther)
		}
	}
}
