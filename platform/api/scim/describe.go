package scim

import "net/http"

// describe answers what the server can and what resources have (RFC 7644 section 4), under /ServiceProviderConfig, /ResourceTypes and /Schemas.
func (h *house) describe(w http.ResponseWriter, endpoint, id string, filtered bool) error {
	if filtered { // section 4: so that nobody believes that something was found by it
		return &refusal{Status: http.StatusForbidden, Detail: "this is not filtered"}
	}
	base := h.BaseURL + Root + "/" + string(h.tenant.ID) + "/"
	meta := func(kind, at string) map[string]any {
		return map[string]any{"resourceType": kind, "location": base + at}
	}
	if endpoint == "ServiceProviderConfig" {
		if id != "" {
			return missing()
		}
		no, yes := map[string]any{"supported": false}, map[string]any{"supported": true}
		write(w, http.StatusOK, map[string]any{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"},
			"patch": yes, "bulk": map[string]any{"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
			"filter": map[string]any{"supported": true, "maxResults": maxCount}, "changePassword": no, "sort": yes, "etag": yes,
			"authenticationSchemes": []any{map[string]any{"type": "oauthbearertoken", "name": "Bearer token", "primary": true,
				"description": "A token of the organisation's. Several hold at once, so that one can be exchanged for another.", "specUri": "https://www.rfc-editor.org/rfc/rfc6750"}},
			"meta": meta("ServiceProviderConfig", endpoint)})
		return nil
	}
	var all []any
	if endpoint == "ResourceTypes" {
		for _, t := range []*resourceType{users, groups} {
			one := map[string]any{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:ResourceType"}, "id": t.name, "name": t.name, "endpoint": "/" + t.endpoint,
				"description": t.doc, "schema": t.core.id, "meta": meta("ResourceType", endpoint+"/"+t.name)}
			extensions := []any{}
			for _, x := range t.extensions {
				extensions = append(extensions, map[string]any{"schema": x.id, "required": false})
			}
			one["schemaExtensions"] = extensions
			all = append(all, one)
		}
	} else {
		for _, s := range []*schema{coreUser, coreGroup, enterpriseUser, personUser} {
			attributes := []any{}
			for _, a := range s.attributes {
				attributes = append(attributes, described(a))
			}
			all = append(all, map[string]any{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Schema"}, "id": s.id, "name": s.name, "description": s.doc, "attributes": attributes,
				"meta": meta("Schema", endpoint+"/"+s.id)})
		}
	}
	if id == "" {
		write(w, http.StatusOK, map[string]any{"schemas": []string{listMessage}, "totalResults": len(all), "startIndex": 1, "itemsPerPage": len(all), "Resources": all})
		return nil
	}
	for _, one := range all {
		if m, _ := one.(map[string]any); m["id"] == id {
			write(w, http.StatusOK, m)
			return nil
		}
	}
	return missing()
}
