package web

import "samtjanst/platform/httpkit"

// metadataURL is where identity providers and federations fetch our SAML metadata: /eid/metadata/{provider}.
const metadataURL = "/eid/metadata"

// metadata gives ours for one provider. There is none for those that are reached otherwise.
func (s *site) metadata(r *httpkit.Request) error {
	metadata, ok := s.Metadata[r.Param("provider")]
	if !ok {
		return notFound("web.metadata")
	}
	raw, err := metadata()
	if err != nil {
		return err
	}
	return r.Bytes("application/samlmetadata+xml", raw)
}
