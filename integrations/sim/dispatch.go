package sim

import (
	"samtjanst/integrations/dispatch"
	"samtjanst/integrations/dispatch/accesspoint"
	"samtjanst/integrations/dispatch/dispatchsim"
)

// Participants of eDelivery in the demo, beside the municipalities.
const (
	CourtAddress  dispatch.Address = "0203:forvaltningsratten.example"
	PoliceAddress dispatch.Address = "0203:polisen.example"
)

// authorities is the access point, with a court and the police behind it.
func (b *builder) authorities() error {
	token := b.secrets.of("dispatchToken")
	s, err := dispatchsim.New(dispatchsim.Options{Clock: b.options.Clock, Token: token, Path: b.kept("sdk.jsonl"),
		Participants: []dispatch.Address{CourtAddress, PoliceAddress}})
	if err != nil {
		return err
	}
	b.Dispatch = s
	b.onClose(s.Close)
	b.Endpoints.Dispatch = accesspoint.Config{URL: b.base + dispatchsim.Path, Token: token}
	b.handle(s.Pages(), "/sdk/")
	b.handle(s.API(), dispatchsim.Path+"/")
	b.tell("/sdk/", "Andra myndigheter", "Beslut som skickas till domstolen och polisen. Låt accesspunkten krångla.")
	return nil
}
