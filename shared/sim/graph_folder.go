package sim

import (
	"net/http"
	"net/url"
)

// https://learn.microsoft.com/graph/api/resources/mailfolder
var folderProperties = []property[*folder]{
	{name: "id", value: func(f *folder) any { return f.id }},
	{name: "displayName", value: func(f *folder) any { return f.name }},
	{name: "childFolderCount", value: func(*folder) any { return 0 }},
	{name: "isHidden", value: func(*folder) any { return false }},
}

func (t *Tenant) getFolder(c *graphCall) (answer, error) {
	sel, err := selectOf(c.r, "microsoft.graph.mailFolder", folderProperties)
	if err != nil {
		return answer{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	name, known := c.box.folderNamed(c.r.PathValue("folder"))
	if !known {
		return answer{}, refuse(http.StatusNotFound, "ErrorItemNotFound", "The specified folder could not be found in the store.")
	}
	context := t.base(c.r) + "/$metadata#users('" + url.PathEscape(c.r.PathValue("user")) + "')/mailFolders/$entity"
	return respond(http.StatusOK, context, func(o *object) { write(o, c.box.folders[name], folderProperties, sel) })
}
