/** Show what a filter of the search view lets through, and nothing else. */
export function showOnly(searchModel, name) {
    const [item] = searchModel.getSearchItems((found) => found.name === name);
    searchModel.query = [];
    searchModel.toggleSearchItem(item.id);
}
