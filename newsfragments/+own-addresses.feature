Mail to people's own addresses may show in their inbox: a switch in the General Settings,
and further addresses on the user.
