package frejasim

import (
	"encoding/json"
	"errors"
	"net/http"

	"samtjanst/platform/idno"
)

// control adds the JSON door for browser tests and benchmarks. Numbers travel in bodies, never in addresses.
//
//	POST /freja/script   {"number": "…", "scenario": {"do": "CANCELED", "afterCollects": 1}}
//	POST /freja/approve  {"number": "…", "ref": "reference or QR text; empty: the order waiting for the number"}
//	POST /freja/decline  the same
//	POST /freja/reset    {}
//
// 204 when done, 400 for a body that is wrong, 409 with {"error"} when there is no such order.
func (s *Sim) control(mux *http.ServeMux) {
	mux.HandleFunc("POST /freja/script", controlled(func(in controlRequest) error { return s.Script(in.number, in.Scenario) }))
	mux.HandleFunc("POST /freja/approve", controlled(func(in controlRequest) error { return s.Approve(in.number, in.Ref) }))
	mux.HandleFunc("POST /freja/decline", controlled(func(in controlRequest) error { return s.Decline(in.number, in.Ref) }))
	mux.HandleFunc("POST /freja/reset", controlled(func(controlRequest) error { s.Reset(); return nil }))
}

type controlRequest struct {
	Number   string   `json:"number"` // twelve digits; "" is orders that are not yet a certain person's
	Ref      string   `json:"ref"`
	Scenario Scenario `json:"scenario"`

	number idno.Number
}

func controlled(do func(controlRequest) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in controlRequest
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10))
		d.DisallowUnknownFields()
		if err := d.Decode(&in); err != nil {
			http.Error(w, "not the JSON expected", http.StatusBadRequest)
			return
		}
		if in.Number != "" {
			if !idno.Valid(in.Number) {
				http.Error(w, "number: not twelve digits with a correct check digit", http.StatusBadRequest)
				return
			}
			in.number = idno.Must(in.Number)
		}
		err := do(in)
		var n notice
		switch {
		case err == nil:
			w.WriteHeader(http.StatusNoContent)
		case errors.As(err, &n):
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusConflict)
			_ = json.NewEncoder(w).Encode(map[string]string{"error": n.Error()})
		default:
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	}
}
