package sim

import (
	"path/filepath"

	"samtjanst/integrations/dispatch"
	"samtjanst/integrations/dispatch/accesspoint"
	"samtjanst/integrations/dispatch/dispatchsim"
)

// Participants of eDelivery in the demo, beside the municipalities.
const (
	CourtAddress  dispatch.Address = "0203:forvaltningsratten.example"
	PoliceAddress dispatch.Address = "0203:polisen.example"
)

// dispatch is the access point, with a court and the police behind it.
func (h *Hub) dispatch(r *Running, base string, secret secrets) error {
	s, err := dispatchsim.New(dispatchsim.Options{Clock: h.options.Clock, Token: secret.DispatchToken, Path: filepath.Join(h.options.Dir, "sdk.jsonl"),
		Participants: []dispatch.Address{CourtAddress, PoliceAddress}})
	if err != nil {
		return err
	}
	r.Dispatch = s
	r.Endpoints.Dispatch = accesspoint.Config{URL: base + dispatchsim.Path, Token: secret.DispatchToken}
	return nil
}
