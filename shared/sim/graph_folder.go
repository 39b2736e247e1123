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

func (t *Tenant) folderContext(c *graphCall) string {
	return t.base(c.r) + "/$metadata#users('" + url.PathEscape(c.r.PathValue("user")) + "')/mailFolders"
}

func (t *Tenant) listFolders(c *graphCall) (answer, error) {
	sel, err := selectOf(c.r, "microsoft.graph.mailFolder", folderProperties)
	if err != nil {
		return answer{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return respond(http.StatusOK, t.folderContext(c), func(o *object) {
		writeList(o, "value", folderNames, func(name string) {
			item := open(o.out)
			write(item, c.box.folders[name], folderProperties, sel)
			item.close()
		})
	})
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
	return respond(http.StatusOK, t.folderContext(c)+"/$entity", func(o *object) { write(o, c.box.folders[name], folderProperties, sel) })
}
